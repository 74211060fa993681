import { LineChart } from "@mantine/charts";
import { Group, Paper, SegmentedControl, Skeleton, Title } from "@mantine/core";
import dayjs from "dayjs";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { type Health, METRICS } from "./documents.ts";

const HOURS = ["1", "24", "168", "720"] as const;
const SERIES = [
  ["cpuUsage", "CPU", "opora.6"],
  ["memoryUsage", "MEMORY", "indigo.5"],
  ["diskUsage", "DISK", "orange.6"],
] as const;

/** Load over time; a sample that came meanwhile is added at its end. */
export function MetricsChart({ latest }: { latest: Health | null }) {
  const { t, i18n } = useTranslation("monitoring");
  const { percent } = useFormat();
  const [hours, setHours] = useState<string>("24");
  const [{ data, error, fetching }, again] = useQuery({ query: METRICS, variables: { hours: Number(hours) } });
  const moment = (at: string) =>
    dayjs(at)
      .locale(i18n.language)
      .format(Number(hours) > 24 ? "D MMM HH:mm" : "HH:mm");
  const points = data?.systemMetrics?.points ?? [];
  const all = latest ? [...points.filter(({ at }) => at < latest.takenAt), { ...latest, at: latest.takenAt }] : points;
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h5">
          {t("overview.load")}
        </Title>
        <SegmentedControl
          aria-label={t("overview.period")}
          value={hours}
          onChange={setHours}
          data={HOURS.map((each) => ({ value: each, label: t(`overview.hours.${each}`) }))}
        />
      </Group>
      {data?.systemMetrics ? (
        <div role="img" aria-label={t("overview.load")}>
          <LineChart
            h={320}
            data={all.map((point) => ({ ...point, at: moment(point.at) }))}
            dataKey="at"
            curveType="linear"
            withDots={false}
            withLegend
            legendProps={{ verticalAlign: "bottom" }}
            tickLine="none"
            valueFormatter={(value) => percent(value / 100)}
            yAxisProps={{ domain: [0, 100], width: 52 }}
            series={SERIES.map(([name, label, color]) => ({ name, color, label: t(`metrics.${label}`) }))}
          />
        </div>
      ) : fetching ? (
        <Skeleton height={320} radius="md" />
      ) : (
        <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />
      )}
    </Paper>
  );
}
