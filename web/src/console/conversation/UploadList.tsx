import { CloseButton, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFileSize } from "../parts/fileSize.ts";
import type { PendingUpload } from "./useUploads.ts";

/** Files that go with the next message, and how far they have come. */
export function UploadList({ uploads, onRemove }: { uploads: PendingUpload[]; onRemove: (key: number) => void }) {
  const { t } = useTranslation("conversation");
  const size = useFileSize();
  if (uploads.length === 0) return null;
  return (
    <Group gap="xs" role="list" aria-label={t("files")}>
      {uploads.map((upload) => (
        <Paper key={upload.key} withBorder px="xs" py={4} maw={260} role="listitem">
          <Group gap={6} wrap="nowrap">
            <Stack gap={2} style={{ minWidth: 0 }}>
              <Text size="xs" truncate>
                {upload.file.name}
              </Text>
              <Text size="xs" c={upload.error ? "var(--mantine-color-error)" : undefined}>
                {upload.error ?? size(upload.file.size)}
              </Text>
              {!upload.error && !upload.publicId && (
                <Progress
                  size="xs"
                  value={upload.share * 100}
                  aria-label={t("uploading", { name: upload.file.name })}
                  animated
                />
              )}
            </Stack>
            <CloseButton
              size="sm"
              aria-label={t("remove_file", { name: upload.file.name })}
              onClick={() => onRemove(upload.key)}
            />
          </Group>
        </Paper>
      ))}
    </Group>
  );
}
