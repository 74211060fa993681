import { Button, Group, RangeSlider, Stack, Switch, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { type CompanySettings, EFFECT, type Effect } from "./documents.ts";
import { Section } from "./Section.tsx";
import { ThresholdEffect } from "./ThresholdEffect.tsx";
import { useChange } from "./useChange.ts";

const WAIT_MS = 250;
const STEP = 0.01;

/** From which confidence the assistant answers, offers or leaves a question to a person, and what that does. */
export function Thresholds({ company }: { company: CompanySettings }) {
  const { t } = useTranslation("settings");
  const [present, error, again] = useEffectOf(company.answerThreshold, company.suggestThreshold);
  return (
    <Section title={t("answers.title")} text={t("answers.text")}>
      {present ? (
        <Chosen key={`${company.answerThreshold} ${company.suggestThreshold}`} company={company} present={present} />
      ) : error ? (
        <ErrorState error={error} onRetry={again} />
      ) : (
        <Loading rows={3} height={72} />
      )}
    </Section>
  );
}

function Chosen({ company, present }: { company: CompanySettings; present: Effect }) {
  const { t } = useTranslation("settings");
  const { save, saving } = useChange();
  const usual = company.answerThreshold === null && company.suggestThreshold === null;
  const measured: [number, number] = [present.measuredSuggestThreshold, present.measuredAnswerThreshold];
  const [own, setOwn] = useState(!usual);
  const [range, setRange] = useState<[number, number]>([present.suggestThreshold, present.answerThreshold]);
  const [suggest, answer] = own ? range : measured;
  const [settled] = useDebouncedValue(`${answer} ${suggest}`, WAIT_MS);
  const [wantedAnswer, wantedSuggest] = settled.split(" ").map(Number);
  const [tried] = useEffectOf(wantedAnswer ?? null, wantedSuggest ?? null);
  const changed = own ? usual || answer !== company.answerThreshold || suggest !== company.suggestThreshold : !usual;
  return (
    <Stack gap="lg">
      <Switch
        label={t("answers.own")}
        description={t("answers.own_text", { answer: shown(measured[1]), suggest: shown(measured[0]) })}
        checked={own}
        onChange={(event) => setOwn(event.currentTarget.checked)}
      />
      <div>
        <Text size="sm" fw={500} mb={6}>
          {t("answers.range", { answer: shown(answer), suggest: shown(suggest) })}
        </Text>
        <RangeSlider
          min={0}
          max={1}
          step={STEP}
          minRange={0}
          value={[suggest, answer]}
          onChange={setRange}
          disabled={!own}
          label={shown}
          thumbFromLabel={t("answers.suggest")}
          thumbToLabel={t("answers.answer")}
          marks={[0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, label: shown(value) }))}
          mx="xs"
          mb="xl"
        />
      </div>
      <ThresholdEffect present={present} tried={tried ?? present} />
      <Group justify="flex-end">
        <Button
          loading={saving}
          disabled={!changed}
          onClick={() => void save({ answerThreshold: own ? answer : null, suggestThreshold: own ? suggest : null })}
        >
          {t("shell:save")}
        </Button>
      </Group>
    </Stack>
  );
}

/** What thresholds would do; the answer before stays until the next one is there, so that nothing jumps. */
function useEffectOf(answer: number | null, suggest: number | null): [Effect | null, Error | undefined, () => void] {
  const [{ data, error }, again] = useQuery({ query: EFFECT, variables: { answer, suggest } });
  const [last, setLast] = useState<Effect | null>(null);
  const fresh = data?.thresholdEffect ?? null;
  useEffect(() => {
    if (fresh) setLast(fresh);
  }, [fresh]);
  return [fresh ?? last, error, () => again({ requestPolicy: "network-only" })];
}

function shown(value: number): string {
  return `${Math.round(value * 100)} %`;
}
