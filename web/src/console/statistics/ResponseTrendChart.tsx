import { LineChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/useFormat.ts";
import { ChartCard, DRAWN } from "./ChartCard.tsx";
import { durationTicks, type Point } from "./period.ts";

/** The median wait for an operator's first answer, over time. */
export function ResponseTrendChart({ points }: { points: Point[] }) {
  const { t } = useTranslation("statistics");
  const { day, duration } = useFormat();
  const rows = points.map((point) => ({ key: point.day, cells: [day(point.day), duration(point.firstResponseS)] }));
  const ticks = durationTicks(Math.max(...points.map((point) => point.firstResponseS ?? 0), 0));
  return (
    <ChartCard
      title={t("response.title")}
      text={t("response.text")}
      table={{ head: [t("day"), t("response.median")], rows }}
    >
      <LineChart
        h={280}
        lineChartProps={DRAWN}
        data={points.map((point) => ({ day: day(point.day), wait: point.firstResponseS }))}
        dataKey="day"
        curveType="linear"
        connectNulls
        withDots={points.length <= 31}
        tickLine="none"
        valueFormatter={duration}
        yAxisProps={{ width: 72, ticks, domain: [0, ticks.at(-1) ?? 0] }}
        series={[{ name: "wait", label: t("response.median"), color: "opora.6" }]}
      />
    </ChartCard>
  );
}
