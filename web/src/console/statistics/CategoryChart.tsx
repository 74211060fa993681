import { BarChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";
import { useCategoryName } from "../categories/useCategoryWords.ts";
import { useFormat } from "../parts/useFormat.ts";
import { ChartCard, DRAWN } from "./ChartCard.tsx";
import type { Categories } from "./Charts.tsx";

const MOST = 8;

/** What tickets are about. */
export function CategoryChart({ categories }: { categories: Categories }) {
  const { t } = useTranslation("statistics");
  const { number } = useFormat();
  const nameOf = useCategoryName();
  const sorted = [...categories].sort((left, right) => right.count - left.count);
  const named = sorted.map(({ category, count }) => ({
    name: category ? nameOf(category) : t("categories.none"),
    count,
  }));
  const rows = named.map(({ name, count }) => ({ key: name, cells: [name, number(count)] }));
  return (
    <ChartCard title={t("categories.title")} table={{ head: [t("categories.category"), t("count")], rows }}>
      <BarChart
        h={280}
        barChartProps={DRAWN}
        data={named.slice(0, MOST)}
        dataKey="name"
        orientation="vertical"
        tickLine="none"
        gridAxis="x"
        valueFormatter={number}
        xAxisProps={{ allowDecimals: false }}
        yAxisProps={{ width: 140 }}
        series={[{ name: "count", label: t("count"), color: "opora.6" }]}
      />
    </ChartCard>
  );
}
