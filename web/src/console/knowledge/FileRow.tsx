import { ActionIcon, Anchor, Badge, Progress, Stack, Table, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMutation } from "urql";
import { Allowed } from "../allowed.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { useFileSize } from "../parts/fileSize.ts";
import { Time } from "../parts/Time.tsx";
import { DELETE_FILE, type KnowledgeFile } from "./documents.ts";
import { sourceAddress } from "./sources.ts";
import { useAssistants } from "./whose.ts";

/** One file; its passages are a click away once it is read. */
export function FileRow({ file, onDeleted }: { file: KnowledgeFile; onDeleted: () => void }) {
  const { nameOf } = useAssistants();
  const size = useFileSize();
  return (
    <Table.Tr>
      <Table.Td maw={280}>
        {file.status === "COMPLETED" ? (
          <Anchor
            component={Link}
            to={sourceAddress(file.fileName, file.assistantId)}
            style={{ overflowWrap: "anywhere" }}
          >
            {file.fileName}
          </Anchor>
        ) : (
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {file.fileName}
          </Text>
        )}
        <Text size="xs" c="dimmed" className="figures">
          {size(file.sizeBytes)}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">{nameOf(file.assistantId)}</Table.Td>
      <Table.Td>
        <FileState file={file} />
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: "nowrap" }}>
        <Time at={file.createdAt} relative />
      </Table.Td>
      <Table.Td>
        <Allowed to="deleteDocument">
          <DeleteFile file={file} onDeleted={onDeleted} />
        </Allowed>
      </Table.Td>
    </Table.Tr>
  );
}

function FileState({ file }: { file: KnowledgeFile }) {
  const { t } = useTranslation("knowledge");
  if (file.status === "PROCESSING") {
    return (
      <Stack gap={4}>
        <Text size="sm" className="figures">
          {t("file.reading", { percent: file.progress })}
        </Text>
        <Progress value={file.progress} size="sm" animated aria-label={file.fileName} />
      </Stack>
    );
  }
  if (file.status === "FAILED") {
    return (
      <Stack gap={2} align="flex-start">
        <Badge color="red" variant="light" tt="none">
          {t("file.failed")}
        </Badge>
        <Text size="xs">{file.error}</Text>
      </Stack>
    );
  }
  return (
    <Badge variant="light" tt="none">
      {t("file.passages", { count: file.chunksCount })}
    </Badge>
  );
}

function DeleteFile({ file, onDeleted }: { file: KnowledgeFile; onDeleted: () => void }) {
  const { t } = useTranslation("knowledge");
  const [, remove] = useMutation(DELETE_FILE);
  const notice = useErrorNotice();
  const confirmed = async () => {
    const { error } = await remove({ id: file.id });
    if (error) notice(error);
    else notifications.show({ message: t("file.deleted", { name: file.fileName }) });
    onDeleted();
  };
  const ask = () =>
    modals.openConfirmModal({
      title: t("file.delete_title", { name: file.fileName }),
      children: <Text size="sm">{t("file.delete_text")}</Text>,
      labels: { confirm: t("shell:delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => void confirmed(),
    });
  return (
    <ActionIcon variant="subtle" color="red" onClick={ask} aria-label={t("file.delete", { name: file.fileName })}>
      <Trash2 size={16} aria-hidden />
    </ActionIcon>
  );
}
