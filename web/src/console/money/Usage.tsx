import { SegmentedControl, Table } from "@mantine/core";
import dayjs from "dayjs";
import { Cpu } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import type { ResultOf } from "../graphql.ts";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { USAGE } from "./documents.ts";

const PERIODS = ["1", "7", "30", "365"] as const;
type Rows = NonNullable<ResultOf<typeof USAGE>["aiUsage"]>;

/** What the company's answers took of chat models, dearest first. */
export function Usage() {
  const { t } = useTranslation("money");
  const [days, setDays] = useState<string>("30");
  const since = useMemo(
    () =>
      dayjs()
        .startOf("day")
        .subtract(Number(days) - 1, "day")
        .toISOString(),
    [days],
  );
  const [{ data, error, fetching }, again] = useQuery({ query: USAGE, variables: { since } });
  const rows = data?.aiUsage;
  return (
    <>
      <SegmentedControl
        mb="sm"
        aria-label={t("usage.period")}
        value={days}
        onChange={setDays}
        data={PERIODS.map((each) => ({ value: each, label: t(`usage.periods.${each}`) }))}
      />
      {rows ? (
        <UsageTable rows={rows} />
      ) : fetching ? (
        <Loading rows={3} />
      ) : (
        <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />
      )}
    </>
  );
}

function UsageTable({ rows }: { rows: Rows }) {
  const { t } = useTranslation("money");
  const { number, money, milliseconds } = useFormat();
  if (rows.length === 0) return <EmptyState icon={Cpu} title={t("usage.empty")} text={t("usage.empty_text")} />;
  const columns = ["requests", "failures", "prompt", "completion", "cost", "duration"] as const;
  return (
    <Table.ScrollContainer
      minWidth={680}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("usage.title") } }}
    >
      <Table highlightOnHover className="figures">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("usage.model")}</Table.Th>
            {columns.map((name) => (
              <Table.Th key={name} ta="right">
                {t(`usage.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.model}>
              <Table.Td>{row.model}</Table.Td>
              <Table.Td ta="right">{number(row.requests)}</Table.Td>
              <Table.Td ta="right">{number(row.failures)}</Table.Td>
              <Table.Td ta="right">{number(row.promptTokens)}</Table.Td>
              <Table.Td ta="right">{number(row.completionTokens)}</Table.Td>
              <Table.Td ta="right">{money(row.cost)}</Table.Td>
              <Table.Td ta="right">{milliseconds(row.meanDurationMs)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
