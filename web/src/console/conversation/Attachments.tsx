import { Anchor, Group, Stack, Text } from "@mantine/core";
import { FileText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFileSize } from "../parts/fileSize.ts";
import type { Attachment } from "./documents.ts";

const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/** Files of a message: pictures are shown, others offered. */
export function Attachments({ attachments }: { attachments: Attachment[] }) {
  return (
    <Stack gap={6} mt={6}>
      {attachments.map((file) => (
        <OneFile key={file.id} file={file} />
      ))}
    </Stack>
  );
}

function OneFile({ file }: { file: Attachment }) {
  const { t } = useTranslation("conversation");
  const size = useFileSize();
  if (SHOWN.includes(file.mimeType))
    return (
      <a href={file.url} target="_blank" rel="noopener" aria-label={t("open_file", { name: file.fileName })}>
        <img className="cv-photo" src={file.url} alt={file.fileName} loading="lazy" />
      </a>
    );
  return (
    <Group gap={6} wrap="nowrap">
      <FileText size={18} aria-hidden style={{ flex: "none" }} />
      <Anchor
        href={file.url}
        target="_blank"
        rel="noopener"
        size="sm"
        c="inherit"
        underline="always"
        style={{ overflowWrap: "anywhere" }}
      >
        {file.fileName}
      </Anchor>
      <Text size="xs" style={{ flex: "none" }}>
        {size(file.sizeBytes)}
      </Text>
    </Group>
  );
}
