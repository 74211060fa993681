import { Accordion, Badge, Group, Paper, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Passage, Trial } from "./documents.ts";

/** An answer as a customer would read it, and what only staff see: how sure it is, and every passage behind it. */
export function TrialAnswer({ answer }: { answer: Trial }) {
  const { t } = useTranslation("assistants");
  const cited = new Set(answer.cited.map((each) => each.id));
  const others = answer.context.filter((each) => !cited.has(each.id));
  return (
    <Paper withBorder p="sm" maw="95%">
      <Stack gap="xs">
        <Text className="prose">{answer.content}</Text>
        <Group gap={6}>
          {answer.needsEscalation && (
            <Badge color="#b8400a" tt="none">
              {t("escalates")}
              {answer.escalationReason && ` · ${t(`escalations.${answer.escalationReason}`)}`}
            </Badge>
          )}
          {answer.confidence !== null && (
            <Badge variant="default" tt="none">
              {t("sure", { percent: Math.round(answer.confidence * 100) })}
            </Badge>
          )}
          <Badge variant="default" tt="none">
            {answer.model === "extractive" ? t("extractive") : answer.model}
          </Badge>
        </Group>
        {(answer.cited.length > 0 || others.length > 0) && (
          <Accordion multiple variant="contained" chevronPosition="left">
            <Passages value="cited" title={t("cited", { count: answer.cited.length })} passages={answer.cited} />
            <Passages value="found" title={t("found", { count: others.length })} passages={others} />
          </Accordion>
        )}
      </Stack>
    </Paper>
  );
}

function Passages({ value, title, passages }: { value: string; title: string; passages: Passage[] }) {
  if (passages.length === 0) return null;
  return (
    <Accordion.Item value={value}>
      <Accordion.Control>
        <Text size="sm">{title}</Text>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="sm">
          {passages.map((passage, place) => (
            <PassageView key={passage.id} passage={passage} place={place + 1} />
          ))}
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}

function PassageView({ passage, place }: { passage: Passage; place: number }) {
  const { t } = useTranslation("assistants");
  return (
    <div>
      <Text size="sm" fw={600}>
        [{place}] {passage.heading || passage.source}
      </Text>
      <Text size="xs" c="dimmed">
        {passage.heading && `${passage.source} · `}
        {t("version", { version: passage.version })} · {t("score", { percent: Math.round(passage.score * 100) })}
      </Text>
      <Text size="sm" className="prose" mt={4}>
        {passage.content}
      </Text>
    </div>
  );
}
