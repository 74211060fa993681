import { Modal } from "@mantine/core";
import type { ReactNode } from "react";

interface EntryModalProps {
  title: string;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A window over the list; what stands in it is made anew each time it opens. */
export function EntryModal({ title, opened, onClose, children }: EntryModalProps) {
  return (
    <Modal title={title} opened={opened} onClose={onClose} size="lg">
      {children}
    </Modal>
  );
}
