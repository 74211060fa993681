import { Group, Loader, Text } from "@mantine/core";
import { Sparkles } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Draft } from "./draft.ts";

/** The assistant's answer while it is written. */
export function DraftBubble({ draft, name, own }: { draft: Draft; name: string; own: boolean }) {
  const { t } = useTranslation("conversation");
  return (
    <article className="cv-entry" data-kind="ASSISTANT" data-own={own || undefined} aria-label={name} aria-busy>
      <Group gap={6} mb={2} px={4}>
        <Sparkles size={14} aria-hidden />
        <Text size="xs" fw={600}>
          {name}
        </Text>
        <Text size="xs">{t("writing")}</Text>
      </Group>
      <div className="cv-bubble">
        {draft.text ? <div className="prose cv-caret">{draft.text}</div> : <Loader type="dots" size="sm" />}
      </div>
    </article>
  );
}
