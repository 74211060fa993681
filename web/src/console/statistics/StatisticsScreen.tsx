import { Button, Group, SegmentedControl, Stack } from "@mantine/core";
import { ChartColumn } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { Charts } from "./Charts.tsx";
import { STATISTICS, type Statistics } from "./documents.ts";
import { Figures } from "./Figures.tsx";
import { OperatorTable } from "./OperatorTable.tsx";
import { PeriodPicker } from "./PeriodPicker.tsx";
import { Placeholder } from "./Placeholder.tsx";
import { lastDays, type Span } from "./period.ts";

const KINDS = ["ALL", "TICKET", "DIALOG"] as const;
type Kind = (typeof KINDS)[number];

/** How many wrote, who answered them and how soon; each figure beside that of the period before. */
export default function StatisticsScreen() {
  const { t } = useTranslation("statistics");
  const [span, setSpan] = useState<Span>(() => lastDays(30));
  const [kind, setKind] = useState<Kind>("ALL");
  const zone = useMemo(() => Intl.DateTimeFormat().resolvedOptions().timeZone, []);
  const [{ data, error, fetching }, again] = useQuery({
    query: STATISTICS,
    variables: { ...span, zone, kind: kind === "ALL" ? null : kind },
    requestPolicy: "cache-and-network",
  });
  const retry = () => again({ requestPolicy: "network-only" });
  return (
    <>
      <PageHeader title={t("title")} text={t("text")}>
        <Button variant="default" onClick={retry} loading={fetching}>
          {t("refresh")}
        </Button>
      </PageHeader>
      <Group mb="md" gap="sm">
        <PeriodPicker onChange={setSpan} />
        <SegmentedControl
          aria-label={t("kind")}
          value={kind}
          onChange={(next) => setKind(next as Kind)}
          data={KINDS.map((each) => ({ value: each, label: t(`kinds.${each}`) }))}
        />
      </Group>
      {data?.now ? (
        <Report data={data} kind={kind} />
      ) : fetching ? (
        <Placeholder />
      ) : (
        <ErrorState error={error} onRetry={retry} />
      )}
    </>
  );
}

function Report({ data, kind }: { data: Statistics; kind: Kind }) {
  const { t } = useTranslation("statistics");
  const { now } = data;
  if (!now) return null;
  const nothing = now.total.total === 0 && now.escalations.length === 0;
  if (nothing) return <EmptyState icon={ChartColumn} title={t("empty")} text={t("empty_text")} />;
  return (
    <Stack gap="md">
      <Figures data={data} withTickets={kind !== "DIALOG"} />
      <Charts now={now} categories={kind === "DIALOG" ? [] : (data.tickets?.categories ?? [])} />
      <OperatorTable operators={now.operators} />
    </Stack>
  );
}
