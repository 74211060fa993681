import { Anchor, Badge, Grid, Group, Paper, Progress, Stack, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Found, SearchTrial } from "./documents.ts";
import { LanguageBadge } from "./PassageCard.tsx";
import { sourceAddress } from "./sources.ts";

interface FoundCardProps {
  found: Found;
  /** Among what was found, from 1. */
  place: number;
  trial: SearchTrial;
  /** The best score of words among what was found: it has no bound of its own. */
  mostWords: number;
}

/** A passage that a search found, and how much each lane gave it. */
export function FoundCard({ found, place, trial, mostWords }: FoundCardProps) {
  const { t } = useTranslation("knowledge");
  return (
    <Paper withBorder p="md" component="article" aria-label={t("search.place", { place })}>
      <Grid gap="lg">
        <Grid.Col span={{ base: 12, sm: 8 }}>
          <Group gap="xs" mb={6}>
            <Badge variant="default" circle>
              {place}
            </Badge>
            <Anchor component={Link} to={sourceAddress(found.source, null)} size="sm" fw={600}>
              {found.source}
            </Anchor>
            <Badge variant="default" tt="none">
              {t("passage.version", { number: found.version })}
            </Badge>
            <LanguageBadge code={found.language} />
          </Group>
          {found.heading && (
            <Text fw={600} size="sm" mb={4}>
              {found.heading}
            </Text>
          )}
          <Text size="sm" className="prose" lineClamp={8}>
            {found.content}
          </Text>
        </Grid.Col>
        <Grid.Col span={{ base: 12, sm: 4 }}>
          <Scores found={found} trial={trial} mostWords={mostWords} />
        </Grid.Col>
      </Grid>
    </Paper>
  );
}

function Scores({ found, trial, mostWords }: Omit<FoundCardProps, "place">) {
  const { t, i18n } = useTranslation("knowledge");
  const { dense, words, exact } = found.scores;
  const number = (value: number) =>
    new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 0 });
  return (
    <Stack gap="xs">
      <Group justify="space-between">
        <Text size="sm" fw={600}>
          {t("search.score")}
        </Text>
        <Badge color={colorOf(found.score, trial)} variant="dot" size="lg" className="figures">
          {percent.format(found.score)}
        </Badge>
      </Group>
      <Lane name="dense" share={Math.max(0, dense)} shown={number(dense)} />
      <Lane name="words" share={words / mostWords} shown={number(words)} />
      <Lane name="exact" share={exact} shown={percent.format(exact)} />
    </Stack>
  );
}

/** By what the score allows: to answer, to offer the passage, or neither. */
function colorOf(score: number, trial: SearchTrial): string {
  if (score >= trial.answerThreshold) return "opora";
  return score >= trial.suggestThreshold ? "yellow" : "gray";
}

interface LaneProps {
  name: "dense" | "words" | "exact";
  /** From 0 to 1. */
  share: number;
  shown: string;
}

function Lane({ name, share, shown }: LaneProps) {
  const { t } = useTranslation("knowledge");
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Tooltip label={t(`search.lanes.${name}_text`)} multiline maw={280}>
          <Text size="xs" tabIndex={0}>
            {t(`search.lanes.${name}`)}
          </Text>
        </Tooltip>
        <Text size="xs" className="figures">
          {shown}
        </Text>
      </Group>
      <Progress value={share * 100} size="sm" aria-label={t(`search.lanes.${name}`)} />
    </div>
  );
}
