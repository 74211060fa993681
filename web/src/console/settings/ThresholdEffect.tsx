import { Box, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Time } from "../parts/Time.tsx";
import { useFormat } from "../parts/useFormat.ts";
import type { Effect } from "./documents.ts";
import classes from "./ThresholdEffect.module.css";

const KINDS = ["answered", "suggested", "escalated"] as const;

/** What thresholds would have done with the latest answers, beside what the ones in force do. */
export function ThresholdEffect({ present, tried }: { present: Effect; tried: Effect }) {
  const { t } = useTranslation("settings");
  if (tried.sampled === 0 || tried.since === null) return <Text size="sm">{t("answers.nothing_yet")}</Text>;
  return (
    <Stack gap="md" aria-live="polite">
      <Text size="sm">
        {t("answers.sampled", { count: tried.sampled })} <Time at={tried.since} />
      </Text>
      <Histogram effect={tried} />
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {KINDS.map((kind) => (
          <Share key={kind} kind={kind} count={tried[kind]} before={present[kind]} sampled={tried.sampled} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

interface ShareProps {
  kind: (typeof KINDS)[number];
  count: number;
  before: number;
  sampled: number;
}

function Share({ kind, count, before, sampled }: ShareProps) {
  const { t } = useTranslation("settings");
  const format = useFormat();
  const change = count - before;
  return (
    <Stack gap={2}>
      <Group gap={6} wrap="nowrap">
        <Box className={classes.key} data-kind={kind} />
        <Text size="sm">{t(`answers.${kind}`)}</Text>
      </Group>
      <Text fz={22} fw={650} className="figures">
        {format.percent(count / sampled)}
      </Text>
      <Text size="sm" c="dimmed" className="figures">
        {format.number(count)}
        {change !== 0 && ` (${change > 0 ? "+" : "−"}${format.number(Math.abs(change))})`}
      </Text>
    </Stack>
  );
}

function Histogram({ effect }: { effect: Effect }) {
  const { t } = useTranslation("settings");
  const most = Math.max(1, ...effect.distribution);
  const bars = effect.distribution.map((count, bar) => {
    const from = bar / effect.distribution.length;
    return { from, count, kind: kindAt(from + 0.5 / effect.distribution.length, effect) };
  });
  return (
    <div>
      <div className={classes.bars} role="img" aria-label={t("answers.histogram")}>
        {bars.map(({ from, count, kind }) => (
          <div key={from} className={classes.bar} data-kind={kind} style={{ height: `${(100 * count) / most}%` }} />
        ))}
      </div>
      <Group justify="space-between" className={classes.axis}>
        <Text size="xs">0 %</Text>
        <Text size="xs">{t("answers.confidence")}</Text>
        <Text size="xs">100 %</Text>
      </Group>
    </div>
  );
}

function kindAt(confidence: number, effect: Effect): (typeof KINDS)[number] {
  if (confidence < effect.suggestThreshold) return "escalated";
  return confidence >= effect.answerThreshold ? "answered" : "suggested";
}
