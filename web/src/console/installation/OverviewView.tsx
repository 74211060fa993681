import { Paper, SegmentedControl, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { StatTile } from "../parts/StatTile.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { OVERVIEW, type Overview, type Streams } from "./documents.ts";

const PERIODS = ["DAY", "WEEK", "MONTH"] as const;
type Period = (typeof PERIODS)[number];

/** People, work and money of all companies in a period. */
export function OverviewView() {
  const { t } = useTranslation("installation");
  const [period, setPeriod] = useState<Period>("WEEK");
  const [{ data, error, fetching }, again] = useQuery({
    query: OVERVIEW,
    variables: { period },
    requestPolicy: "cache-and-network",
  });
  return (
    <Stack>
      <SegmentedControl
        aria-label={t("overview.period")}
        value={period}
        onChange={(next) => setPeriod(next as Period)}
        data={PERIODS.map((each) => ({ value: each, label: t(`overview.periods.${each}`) }))}
        style={{ alignSelf: "flex-start" }}
      />
      {data?.installationOverview ? (
        <Figures overview={data.installationOverview} streams={data.streamStatistics} />
      ) : fetching ? (
        <Loading rows={3} height={112} />
      ) : (
        <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />
      )}
    </Stack>
  );
}

function Figures({ overview, streams }: { overview: Overview; streams: Streams | null }) {
  const { t } = useTranslation("installation");
  const { number, money } = useFormat();
  const open = streams ? streams.admin + streams.widget + streams.site : 0;
  return (
    <>
      <SimpleGrid cols={{ base: 2, md: 3, xl: 6 }} spacing="sm">
        <StatTile label={t("overview.users")} value={number(overview.totalUsers)} />
        <StatTile label={t("overview.new_users")} value={number(overview.newUsers)} />
        <StatTile label={t("overview.dialogs")} value={number(overview.activeDialogs)} />
        <StatTile label={t("overview.messages")} value={number(overview.totalMessages)} />
        <StatTile label={t("overview.cost")} value={money(overview.cost)} />
        <StatTile
          label={t("overview.streams")}
          value={number(open)}
          note={streams && <Text size="sm">{t("overview.events", { shown: number(streams.eventsToday) })}</Text>}
        />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
        <Sums
          title={t("overview.revenue")}
          rows={overview.revenue.map(({ service, amount }) => [t(`services.${service}`), money(amount)])}
        />
        <Sums
          title={t("overview.tokens")}
          rows={overview.tokensByModel.map(({ model, tokens }) => [model, number(tokens)])}
        />
      </SimpleGrid>
    </>
  );
}

function Sums({ title, rows }: { title: string; rows: [string, string][] }) {
  const { t } = useTranslation("installation");
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">
        {title}
      </Title>
      {rows.length === 0 ? (
        <Text c="dimmed">{t("overview.nothing")}</Text>
      ) : (
        <Table className="figures" aria-label={title}>
          <Table.Tbody>
            {rows.map(([name, sum]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={400}>
                  {name}
                </Table.Th>
                <Table.Td ta="right">{sum}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}
