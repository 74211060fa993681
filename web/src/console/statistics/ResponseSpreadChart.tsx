import { BarChart } from "@mantine/charts";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/useFormat.ts";
import { ChartCard, DRAWN } from "./ChartCard.tsx";
import type { Current } from "./documents.ts";

/** How many waited how long: the median alone hides those whom nobody answered for a day. */
export function ResponseSpreadChart({ response }: { response: Current["firstResponse"] }) {
  const { t } = useTranslation("statistics");
  const { number, duration } = useFormat();
  const last = response.buckets.at(-2)?.belowS;
  const data = response.buckets.map(({ belowS, count }) => ({
    count,
    name:
      belowS === null ? t("spread.longer", { time: duration(last) }) : t("spread.below", { time: duration(belowS) }),
  }));
  const rows = data.map(({ name, count }) => ({ key: name, cells: [name, number(count)] }));
  return (
    <ChartCard
      title={t("spread.title")}
      text={t("spread.text", {
        count: response.count,
        median: duration(response.medianS),
        p90: duration(response.p90S),
      })}
      table={{ head: [t("spread.wait"), t("count")], rows }}
    >
      <BarChart
        h={280}
        barChartProps={DRAWN}
        data={data}
        dataKey="name"
        orientation="vertical"
        tickLine="none"
        gridAxis="x"
        valueFormatter={number}
        xAxisProps={{ allowDecimals: false }}
        yAxisProps={{ width: 96 }}
        series={[{ name: "count", label: t("count"), color: "opora.6" }]}
      />
    </ChartCard>
  );
}
