import { ActionIcon, Badge, Group, Paper, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { Pencil, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Time } from "../parts/Time.tsx";

interface EntryCardProps {
  question: string;
  answer: string;
  tags: readonly string[];
  updatedAt: string;
  /** What stands beside the question: whose it is, its category, a switch. */
  beside: ReactNode;
  /** Left out for those who may not. */
  onEdit?: () => void;
  onDelete?: () => void;
}

/** A question with its answer. */
export function EntryCard({ question, answer, tags, updatedAt, beside, onEdit, onDelete }: EntryCardProps) {
  const { t } = useTranslation("knowledge");
  return (
    <Paper withBorder p="md" component="article">
      <Group justify="space-between" align="flex-start" wrap="nowrap" mb={4}>
        <Text fw={600} style={{ overflowWrap: "anywhere" }}>
          {question}
        </Text>
        <Group gap={4} wrap="nowrap">
          {onEdit && (
            <ActionIcon variant="subtle" color="gray" onClick={onEdit} aria-label={t("entry.edit", { question })}>
              <Pencil size={16} aria-hidden />
            </ActionIcon>
          )}
          {onDelete && <DeleteEntry question={question} onDelete={onDelete} />}
        </Group>
      </Group>
      <Text size="sm" className="prose" lineClamp={6}>
        {answer}
      </Text>
      <Group gap="xs" mt="sm">
        {beside}
        {tags.map((tag) => (
          <Badge key={tag} variant="default" tt="none">
            {tag}
          </Badge>
        ))}
        <Text size="xs" c="dimmed">
          <Time at={updatedAt} relative />
        </Text>
      </Group>
    </Paper>
  );
}

function DeleteEntry({ question, onDelete }: { question: string; onDelete: () => void }) {
  const { t } = useTranslation("knowledge");
  const ask = () =>
    modals.openConfirmModal({
      title: t("entry.delete_title"),
      children: (
        <>
          <Text size="sm" fw={600}>
            {question}
          </Text>
          <Text size="sm">{t("entry.delete_text")}</Text>
        </>
      ),
      labels: { confirm: t("shell:delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: onDelete,
    });
  return (
    <ActionIcon variant="subtle" color="red" onClick={ask} aria-label={t("entry.delete", { question })}>
      <Trash2 size={16} aria-hidden />
    </ActionIcon>
  );
}
