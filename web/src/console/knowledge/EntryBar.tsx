import { Button, Group, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Plus, Search } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Allowed } from "../allowed.tsx";
import type { OperationName } from "../graphql.ts";
import { EntryModal } from "./EntryModal.tsx";

interface EntryBarProps {
  words: string;
  onWords: (words: string) => void;
  /** What makes an entry, and what that is called. */
  operation: OperationName;
  making: string;
  form: (onClose: () => void) => ReactNode;
  /** What stands before the words. */
  children?: ReactNode;
}

/** Above a list of entries: words to search for, and the way to a new one. */
export function EntryBar({ words, onWords, operation, making, form, children }: EntryBarProps) {
  const { t } = useTranslation("knowledge");
  const [opened, modal] = useDisclosure();
  return (
    <>
      <Group>
        {children}
        <TextInput
          flex={1}
          miw={200}
          aria-label={t("entry.search")}
          placeholder={t("entry.search")}
          leftSection={<Search size={16} aria-hidden />}
          value={words}
          maxLength={200}
          onChange={(event) => onWords(event.currentTarget.value)}
        />
        <Allowed to={operation}>
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={modal.open}>
            {making}
          </Button>
        </Allowed>
      </Group>
      <EntryModal title={making} opened={opened} onClose={modal.close}>
        {form(modal.close)}
      </EntryModal>
    </>
  );
}
