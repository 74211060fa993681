import { BarChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/useFormat.ts";
import { ChartCard, DRAWN } from "./ChartCard.tsx";
import type { Point } from "./period.ts";

/** How many conversations began, by kind. */
export function VolumeChart({ points }: { points: Point[] }) {
  const { t } = useTranslation("statistics");
  const { day, number } = useFormat();
  const data = points.map((point) => ({ ...point, day: day(point.day) }));
  const rows = points.map((point) => ({
    key: point.day,
    cells: [day(point.day), number(point.tickets), number(point.dialogs), number(point.total)],
  }));
  return (
    <ChartCard
      title={t("volume.title")}
      table={{ head: [t("day"), t("kinds.TICKET"), t("kinds.DIALOG"), t("sum")], rows }}
    >
      <BarChart
        h={280}
        barChartProps={DRAWN}
        data={data}
        dataKey="day"
        type="stacked"
        withLegend
        legendProps={{ verticalAlign: "bottom" }}
        tickLine="none"
        valueFormatter={number}
        yAxisProps={{ allowDecimals: false, width: 40 }}
        series={[
          { name: "tickets", label: t("kinds.TICKET"), color: "opora.7" },
          { name: "dialogs", label: t("kinds.DIALOG"), color: "opora.3" },
        ]}
      />
    </ChartCard>
  );
}
