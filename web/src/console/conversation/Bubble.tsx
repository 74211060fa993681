import { Badge, Group, Text } from "@mantine/core";
import { Lock, Sparkles } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Time } from "../parts/Time.tsx";
import { Attachments } from "./Attachments.tsx";
import type { Citation } from "./documents.ts";
import type { Entry } from "./entries.ts";
import { MessageText } from "./MessageText.tsx";
import { Sources } from "./Sources.tsx";

interface BubbleProps {
  entry: Entry;
  own: boolean;
  /** Said by the same person right after the message before: without the line above it. */
  continued: boolean;
  /** What the kind of author is called here, where the message names nobody. */
  names: Record<Entry["authorKind"], string>;
  onCite: (citation: Citation) => void;
  tools?: ReactNode;
}

/** One message. */
export function Bubble({ entry, own, continued, names, onCite, tools }: BubbleProps) {
  const system = entry.authorKind === "SYSTEM";
  return (
    <article
      className="cv-entry"
      data-kind={entry.authorKind}
      data-own={own || undefined}
      data-internal={entry.internal || undefined}
      data-continues={continued || undefined}
      aria-label={entry.name ?? names[entry.authorKind]}
    >
      {!continued && !system && <Byline entry={entry} name={entry.name ?? names[entry.authorKind]} />}
      <Group gap={4} wrap="nowrap" align="center" maw="100%" style={{ flexDirection: own ? "row-reverse" : "row" }}>
        <div className="cv-bubble">
          {entry.text && <MessageText text={entry.text} citations={entry.citations} onCite={onCite} />}
          {entry.attachments.length > 0 && <Attachments attachments={entry.attachments} />}
          {entry.citations.length > 0 && <Sources citations={entry.citations} onCite={onCite} />}
        </div>
        {!system && tools && <div className="cv-tools">{tools}</div>}
      </Group>
    </article>
  );
}

function Byline({ entry, name }: { entry: Entry; name: string }) {
  const { t, i18n } = useTranslation("conversation");
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent" });
  return (
    <Group gap={6} mb={2} px={4}>
      {entry.authorKind === "ASSISTANT" && <Sparkles size={14} aria-hidden />}
      <Text size="xs" fw={600}>
        {name}
      </Text>
      <Text size="xs" component="span">
        <Time at={entry.createdAt} relative />
      </Text>
      {entry.internal && (
        <Badge size="xs" variant="default" tt="none" leftSection={<Lock size={10} aria-hidden />}>
          {t("note")}
        </Badge>
      )}
      {entry.authorKind === "ASSISTANT" && entry.confidence !== null && (
        <Badge size="xs" variant="default" tt="none">
          {t("sure", { percent: percent.format(entry.confidence) })}
        </Badge>
      )}
    </Group>
  );
}
