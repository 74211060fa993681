import { Anchor, Button, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { ArrowLeft, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { useMutation } from "urql";
import { Allowed } from "../allowed.tsx";
import { useLive } from "../live.ts";
import { apiLanguage } from "../parts/apiLanguage.ts";
import { useErrorNotice } from "../parts/errors.ts";
import { DELETE_SOURCE, FILE_PROGRESS } from "./documents.ts";
import { PassageList } from "./PassageList.tsx";
import { Reindex } from "./SourcesTab.tsx";
import { entriesOf } from "./sources.ts";
import { useAssistants, useWhose } from "./whose.ts";

/** The passages of one source, with their versions. */
export function SourceScreen() {
  const { t } = useTranslation("knowledge");
  const { name = "" } = useParams();
  const [assistantId] = useWhose();
  const { nameOf } = useAssistants();
  const [shown, setShown] = useState<"current" | "old">("current");
  const changes = useFilesRead();
  const back = assistantId === null ? "/knowledge/sources" : `/knowledge/sources?assistant=${assistantId}`;
  return (
    <Stack>
      <Anchor component={Link} to={back} size="sm" w="fit-content">
        <Group gap={6}>
          <ArrowLeft size={14} aria-hidden />
          {t("source.back")}
        </Group>
      </Anchor>
      <Group justify="space-between" align="flex-start">
        <Stack gap={2} flex={1} miw={0}>
          <Title order={2} size="h4" style={{ overflowWrap: "anywhere" }}>
            {name}
          </Title>
          <Text size="sm" c="dimmed">
            {nameOf(assistantId)}
          </Text>
        </Stack>
        {assistantId === null && <SourceActions name={name} />}
      </Group>
      <SegmentedControl
        w="fit-content"
        aria-label={t("passage.which")}
        value={shown}
        onChange={(value) => setShown(value as typeof shown)}
        data={[
          { value: "current", label: t("passage.current") },
          { value: "old", label: t("passage.old") },
        ]}
      />
      <PassageList
        key={`${name}-${assistantId}-${shown}-${changes}`}
        source={name}
        assistantId={assistantId}
        shown={shown}
      />
    </Stack>
  );
}

/** Rises with each file that has been read while one looks: passages may have a new version then. */
function useFilesRead(): number {
  const { i18n } = useTranslation();
  const [count, setCount] = useState(0);
  const more = () => setCount((before) => before + 1);
  useLive(FILE_PROGRESS, {
    variables: { after: null, language: apiLanguage(i18n.language) },
    onEvent: ({ documentProgress: step }) => step.status === "COMPLETED" && more(),
    onGap: more,
  });
  return count;
}

function SourceActions({ name }: { name: string }) {
  const { t } = useTranslation("knowledge");
  const entries = entriesOf(name);
  return (
    <Group gap="xs">
      {entries && (
        <Button component={Link} to={`/knowledge/${entries}`} variant="default">
          {t("source.edit_entries")}
        </Button>
      )}
      <Allowed to="reindexKnowledge">
        <Reindex source={name} />
      </Allowed>
      {!entries && (
        <Allowed to="deleteKnowledgeSource">
          <DeleteSource name={name} />
        </Allowed>
      )}
    </Group>
  );
}

function DeleteSource({ name }: { name: string }) {
  const { t } = useTranslation("knowledge");
  const navigate = useNavigate();
  const [, remove] = useMutation(DELETE_SOURCE);
  const notice = useErrorNotice();
  const confirmed = async () => {
    const { error } = await remove({ source: name });
    if (error) return notice(error);
    notifications.show({ message: t("source.deleted", { name }) });
    navigate("/knowledge/sources");
  };
  const ask = () =>
    modals.openConfirmModal({
      title: t("source.delete_title", { name }),
      children: <Text size="sm">{t("source.delete_text")}</Text>,
      labels: { confirm: t("shell:delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => void confirmed(),
    });
  return (
    <Button variant="light" color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={ask}>
      {t("shell:delete")}
    </Button>
  );
}
