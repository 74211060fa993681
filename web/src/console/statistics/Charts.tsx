import { SimpleGrid } from "@mantine/core";
import { CategoryChart } from "./CategoryChart.tsx";
import type { Current, Statistics } from "./documents.ts";
import { EscalationChart } from "./EscalationChart.tsx";
import { OutcomeChart } from "./OutcomeChart.tsx";
import { points } from "./period.ts";
import { ResponseSpreadChart } from "./ResponseSpreadChart.tsx";
import { ResponseTrendChart } from "./ResponseTrendChart.tsx";
import { VolumeChart } from "./VolumeChart.tsx";

export type Categories = NonNullable<Statistics["tickets"]>["categories"];

/** All charts of the report, each from the same answer. */
export function Charts({ now, categories }: { now: Current; categories: Categories }) {
  const shown = points(now.days);
  const used = categories.filter((each) => each.count > 0);
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
      <VolumeChart points={shown} />
      <OutcomeChart points={shown} />
      <ResponseTrendChart points={shown} />
      <ResponseSpreadChart response={now.firstResponse} />
      <EscalationChart escalations={now.escalations} />
      {used.length > 0 && <CategoryChart categories={used} />}
    </SimpleGrid>
  );
}
