import { ActionIcon, Badge, Group, Paper, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { Pencil, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useErrorNotice } from "../parts/errors.ts";
import { type Provider, REMOVE } from "./documents.ts";

interface ProviderCardProps {
  provider: Provider;
  onEdit: () => void;
  onRemoved: () => void;
}

export function ProviderCard({ provider, onEdit, onRemoved }: ProviderCardProps) {
  const { t } = useTranslation("sign-in-providers");
  const { name } = provider;
  const remove = useRemoval(provider, onRemoved);
  return (
    <Paper withBorder p="md" component="article" aria-label={name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600}>{name}</Text>
            <Badge variant="dot" color={provider.isActive ? "opora" : "gray"} tt="none" fw={500}>
              {t(provider.isActive ? "on" : "off")}
            </Badge>
          </Group>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {provider.issuer}
          </Text>
          <Text size="sm" c="dimmed">
            {t(provider.createsUsers ? "strangers" : "known_only")}
          </Text>
        </div>
        <Group gap={4} wrap="nowrap">
          <ActionIcon variant="subtle" size="lg" onClick={onEdit} aria-label={t("edit", { name })}>
            <Pencil size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon variant="subtle" color="red" size="lg" onClick={remove} aria-label={t("delete_title", { name })}>
            <Trash2 size={16} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
    </Paper>
  );
}

function useRemoval({ id, name }: Provider, onRemoved: () => void) {
  const { t } = useTranslation("sign-in-providers");
  const [, send] = useMutation(REMOVE);
  const notice = useErrorNotice();
  const remove = async () => {
    const { error } = await send({ id });
    if (error) return notice(error);
    notifications.show({ message: t("deleted") });
    onRemoved();
  };
  return () =>
    modals.openConfirmModal({
      title: t("delete_title", { name }),
      children: <Text size="sm">{t("delete_text")}</Text>,
      labels: { confirm: t("delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => void remove(),
    });
}
