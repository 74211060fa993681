import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Bot, CircleHelp, Search, SearchCheck, UserRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { SEARCH, type SearchTrial } from "./documents.ts";
import { FoundCard } from "./FoundCard.tsx";
import { useLanguageName } from "./language.ts";
import { WhoseSelect } from "./WhoseSelect.tsx";
import { useWhose } from "./whose.ts";

/** A search as the assistant makes it, with what each of its lanes says, and what the assistant would do. */
export function SearchTab() {
  const { t } = useTranslation("knowledge");
  const [assistantId, setAssistantId] = useWhose();
  const [asked, setAsked] = useState("");
  const form = useForm({ initialValues: { question: "" } });
  return (
    <Stack>
      <form onSubmit={form.onSubmit(({ question }) => setAsked(question.trim()))}>
        <Group align="flex-end">
          <TextInput
            flex={1}
            miw={220}
            label={t("search.question")}
            placeholder={t("search.example")}
            maxLength={4000}
            leftSection={<Search size={16} aria-hidden />}
            {...form.getInputProps("question")}
          />
          <WhoseSelect value={assistantId} onChange={setAssistantId} />
          <Button type="submit" disabled={form.values.question.trim() === ""}>
            {t("search.find")}
          </Button>
        </Group>
      </form>
      {asked ? (
        <Trial question={asked} assistantId={assistantId} />
      ) : (
        <EmptyState icon={SearchCheck} title={t("search.start")} text={t("search.start_text")} />
      )}
    </Stack>
  );
}

function Trial({ question, assistantId }: { question: string; assistantId: string | null }) {
  const { t } = useTranslation("knowledge");
  const [{ data, error, fetching }, again] = useQuery({
    query: SEARCH,
    variables: { query: question, assistantId },
    requestPolicy: "network-only",
  });
  const trial = data?.searchTrial;
  if (fetching) return <Loading rows={4} height={120} />;
  if (!trial) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  const mostWords = Math.max(1, ...trial.found.map((each) => each.scores.words));
  return (
    <Stack>
      <Decided trial={trial} />
      {trial.found.length === 0 && <EmptyState title={t("search.nothing")} text={t("search.nothing_text")} />}
      {trial.found.map((each, place) => (
        <FoundCard key={each.id} found={each} place={place + 1} trial={trial} mostWords={mostWords} />
      ))}
    </Stack>
  );
}

const LOOKS = {
  ANSWER: { color: "opora", icon: Bot },
  SUGGEST: { color: "yellow", icon: CircleHelp },
  ESCALATE: { color: "orange", icon: UserRound },
} as const;

function Decided({ trial }: { trial: SearchTrial }) {
  const { t, i18n } = useTranslation("knowledge");
  const { color, icon: Icon } = LOOKS[trial.decision];
  const percent = (share: number) =>
    new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 0 }).format(share);
  const language = useLanguageName()(trial.language);
  const limits = { answer: percent(trial.answerThreshold), suggest: percent(trial.suggestThreshold) };
  return (
    <Alert
      color={color}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
      icon={<Icon aria-hidden />}
      title={t(`search.decisions.${trial.decision}`)}
      role="status"
    >
      <Text size="sm">{t("search.limits", limits)}</Text>
      <Text size="sm" className="figures">
        {t("search.looked", { count: trial.passages, ms: trial.milliseconds, language })}
      </Text>
    </Alert>
  );
}
