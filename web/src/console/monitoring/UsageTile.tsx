import { Progress } from "@mantine/core";
import { StatTile } from "../parts/StatTile.tsx";
import { useFormat } from "../parts/useFormat.ts";

const HIGH = 80;
const CRITICAL = 95;

/** A share of what there is, in per cent, with its bar. */
export function UsageTile({ label, percent }: { label: string; percent: number }) {
  const format = useFormat();
  const color = percent >= CRITICAL ? "red" : percent >= HIGH ? "yellow" : "opora";
  return (
    <StatTile
      label={label}
      value={format.percent(percent / 100)}
      note={<Progress value={percent} color={color} w="100%" aria-label={label} />}
    />
  );
}
