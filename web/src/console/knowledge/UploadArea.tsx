import { ActionIcon, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { Dropzone, type FileRejection } from "@mantine/dropzone";
import { notifications } from "@mantine/notifications";
import { FileUp, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Sending, useUploads } from "./uploads.ts";

const ACCEPTED = {
  "text/plain": [".txt"],
  "text/markdown": [".md"],
  "application/pdf": [".pdf"],
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": [".docx"],
};

interface UploadAreaProps {
  assistantId: string | null;
  onUploaded: () => void;
}

/** Takes files, by drop or choice, and shows how far each has left. */
export function UploadArea({ assistantId, onUploaded }: UploadAreaProps) {
  const { t } = useTranslation("knowledge");
  const { sending, send, forget } = useUploads(assistantId, onUploaded);
  const refuse = (refused: FileRejection[]) =>
    notifications.show({
      color: "red",
      title: t("shell:errors.UNSUPPORTED_FORMAT"),
      message: refused.map((each) => each.file.name).join(", "),
    });
  return (
    <Stack gap="xs">
      <Dropzone
        onDrop={(files) => void send(files)}
        onReject={refuse}
        accept={ACCEPTED}
        p="lg"
        inputProps={{ "aria-label": t("upload.title") }}
      >
        <Group justify="center" gap="md" style={{ pointerEvents: "none" }}>
          <FileUp size={32} aria-hidden />
          <Stack gap={2} maw={420}>
            <Text fw={600}>{t("upload.title")}</Text>
            <Text size="sm" c="dimmed">
              {t("upload.text")}
            </Text>
          </Stack>
        </Group>
      </Dropzone>
      {sending.map((each) => (
        <SendingRow key={each.key} sending={each} onForget={() => forget(each.key)} />
      ))}
    </Stack>
  );
}

function SendingRow({ sending, onForget }: { sending: Sending; onForget: () => void }) {
  const { t } = useTranslation("knowledge");
  const { name, share, error } = sending;
  const percent = Math.round(share * 100);
  return (
    <Paper withBorder p="sm" role="status">
      <Group justify="space-between" wrap="nowrap" mb={error ? 0 : 6}>
        <Text size="sm" truncate>
          {name}
        </Text>
        {error === null ? (
          <Text size="sm" className="figures" style={{ whiteSpace: "nowrap" }}>
            {share < 1 ? t("upload.sending", { percent }) : t("upload.checking")}
          </Text>
        ) : (
          <ActionIcon variant="subtle" color="gray" onClick={onForget} aria-label={t("upload.forget", { name })}>
            <X size={16} aria-hidden />
          </ActionIcon>
        )}
      </Group>
      {error === null ? (
        <Progress value={percent} size="sm" animated={share === 1} aria-label={name} />
      ) : (
        <Text size="sm" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </Paper>
  );
}
