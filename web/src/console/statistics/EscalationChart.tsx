import { BarChart } from "@mantine/charts";
import { Center, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/useFormat.ts";
import { ChartCard, DRAWN } from "./ChartCard.tsx";
import type { Current } from "./documents.ts";

/** Why people were called in the period. */
export function EscalationChart({ escalations }: { escalations: Current["escalations"] }) {
  const { t } = useTranslation("statistics");
  const { number } = useFormat();
  const data = escalations.map(({ cause, tickets, dialogs }) => ({ cause: t(`causes.${cause}`), tickets, dialogs }));
  const rows = data.map(({ cause, tickets, dialogs }) => ({
    key: cause,
    cells: [cause, number(tickets), number(dialogs)],
  }));
  return (
    <ChartCard
      title={t("escalations.title")}
      table={{ head: [t("escalations.cause"), t("kinds.TICKET"), t("kinds.DIALOG")], rows }}
    >
      {data.length === 0 ? (
        <Center h="100%">
          <Text c="dimmed">{t("escalations.none")}</Text>
        </Center>
      ) : (
        <BarChart
          h={280}
          barChartProps={DRAWN}
          data={data}
          dataKey="cause"
          type="stacked"
          orientation="vertical"
          withLegend
          legendProps={{ verticalAlign: "bottom" }}
          tickLine="none"
          gridAxis="x"
          valueFormatter={number}
          xAxisProps={{ allowDecimals: false }}
          yAxisProps={{ width: 140 }}
          series={[
            { name: "tickets", label: t("kinds.TICKET"), color: "opora.7" },
            { name: "dialogs", label: t("kinds.DIALOG"), color: "opora.3" },
          ]}
        />
      )}
    </ChartCard>
  );
}
