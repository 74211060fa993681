import { BarChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/useFormat.ts";
import { ChartCard, DRAWN } from "./ChartCard.tsx";
import type { Point } from "./period.ts";

const OUTCOMES = [
  ["byAssistant", "opora.5"],
  ["handedOver", "yellow.6"],
  ["byPeople", "indigo.5"],
  ["waiting", "gray.5"],
] as const;

/** Who answered what began then: the assistant alone, both, people alone, or nobody yet. */
export function OutcomeChart({ points }: { points: Point[] }) {
  const { t } = useTranslation("statistics");
  const { day, number } = useFormat();
  const rows = points.map((point) => ({
    key: point.day,
    cells: [day(point.day), ...OUTCOMES.map(([name]) => number(point[name]))],
  }));
  return (
    <ChartCard
      title={t("outcomes.title")}
      table={{ head: [t("day"), ...OUTCOMES.map(([name]) => t(`outcomes.${name}`))], rows }}
    >
      <BarChart
        h={280}
        barChartProps={DRAWN}
        data={points.map((point) => ({ ...point, day: day(point.day) }))}
        dataKey="day"
        type="percent"
        withLegend
        legendProps={{ verticalAlign: "bottom" }}
        tickLine="none"
        valueFormatter={number}
        yAxisProps={{ width: 48 }}
        series={OUTCOMES.map(([name, color]) => ({ name, color, label: t(`outcomes.${name}`) }))}
      />
    </ChartCard>
  );
}
