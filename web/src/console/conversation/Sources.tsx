import { Button, Group } from "@mantine/core";
import { BookOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Citation } from "./documents.ts";

interface SourcesProps {
  citations: Citation[];
  onCite: (citation: Citation) => void;
}

/** What an answer rests on: each source opens its passage. */
export function Sources({ citations, onCite }: SourcesProps) {
  const { t } = useTranslation("conversation");
  return (
    <Group gap={4} mt={6} aria-label={t("sources")} role="group">
      {citations.map((citation, place) => (
        <Button
          key={`${citation.chunkId}:${citation.version}:${citation.source}`}
          size="compact-xs"
          variant="default"
          leftSection={<BookOpen size={12} aria-hidden />}
          onClick={() => onCite(citation)}
          maw={220}
        >
          {citations.length > 1 ? `${place + 1}. ${citation.source}` : citation.source}
        </Button>
      ))}
    </Group>
  );
}
