import "./conversation.css";
import { ActionIcon, Drawer, Group, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { ArrowLeft, PanelRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTitle } from "../parts/useTitle.ts";

interface LayoutProps {
  title: string;
  subtitle: ReactNode;
  /** Who looks, and what may be done. */
  actions: ReactNode;
  /** What is known of it all: beside the messages where there is room, in a drawer elsewhere. */
  aside: ReactNode;
  onClose?: () => void;
  children: ReactNode;
}

/** The frame of a conversation; it fills what it stands in. */
export function Layout({ title, subtitle, actions, aside, onClose, children }: LayoutProps) {
  const { t } = useTranslation("conversation");
  useTitle(title);
  const [opened, drawer] = useDisclosure();
  return (
    <section className="cv" aria-label={title}>
      <Group className="cv-head" gap="xs" justify="space-between">
        <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
          {onClose && (
            <ActionIcon variant="subtle" color="gray" onClick={onClose} aria-label={t("back")}>
              <ArrowLeft size={18} aria-hidden />
            </ActionIcon>
          )}
          <div style={{ minWidth: 0 }}>
            <Text component="h2" size="md" fw={600} m={0} truncate>
              {title}
            </Text>
            <Group gap={6} wrap="nowrap" style={{ minWidth: 0 }}>
              {subtitle}
            </Group>
          </div>
        </Group>
        <Group gap="xs" wrap="nowrap">
          {actions}
          <Tooltip label={t("details")}>
            <ActionIcon
              className="cv-aside-button"
              variant="default"
              size="lg"
              onClick={drawer.open}
              aria-label={t("details")}
            >
              <PanelRight size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <div className="cv-body">
        <div className="cv-main">{children}</div>
        <aside className="cv-aside" aria-label={t("details")}>
          {aside}
        </aside>
      </div>
      <Drawer opened={opened} onClose={drawer.close} position="right" size="sm" title={t("details")}>
        {aside}
      </Drawer>
    </section>
  );
}
