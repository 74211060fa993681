import dayjs from "dayjs";
import type { Current, Volume } from "./documents.ts";

export const PRESETS = ["7", "30", "90", "365"] as const;
/** More days than these are shown by weeks, so that each bar can still be seen. */
const MOST_DAYS = 92;

/** Moments; the period before has the same length and ends where this one begins. */
export interface Span {
  from: string;
  to: string;
  previous: string;
}

/** The last whole days of the reader's zone, today with what there is of it. */
export function lastDays(days: number, now = dayjs()): Span {
  const from = now.startOf("day").subtract(days - 1, "day");
  return spanOf(from, from.add(days, "day"));
}

/** From the first day to the last, both included, as `YYYY-MM-DD`. */
export function between(first: string, last: string): Span {
  return spanOf(dayjs(first).startOf("day"), dayjs(last).startOf("day").add(1, "day"));
}

function spanOf(from: dayjs.Dayjs, to: dayjs.Dayjs): Span {
  const days = Math.round(to.diff(from, "day", true));
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    // By days of the calendar: where clocks change they are not all 24 hours long.
    previous: from.subtract(days, "day").toISOString(),
  };
}

export type Point = Omit<Volume, "firstResponseS"> & { day: string; firstResponseS: number | null };

/** Points of a chart: the days, or their weeks where there are many. A week's median is that of its days' medians. */
export function points(days: Current["days"]): Point[] {
  const all = days.map(({ day, volume }) => ({ ...volume, day }));
  if (all.length <= MOST_DAYS) return all;
  const weeks: Point[] = [];
  for (let start = 0; start < all.length; start += 7) weeks.push(summed(all.slice(start, start + 7)));
  return weeks;
}

function summed(days: Point[]): Point {
  const sum = (name: keyof Omit<Point, "day" | "firstResponseS">) => days.reduce((total, day) => total + day[name], 0);
  const waits = days.map((day) => day.firstResponseS).filter((wait) => wait !== null);
  return {
    day: days[0]?.day ?? "",
    tickets: sum("tickets"),
    dialogs: sum("dialogs"),
    total: sum("total"),
    byAssistant: sum("byAssistant"),
    handedOver: sum("handedOver"),
    byPeople: sum("byPeople"),
    waiting: sum("waiting"),
    resolvedByAssistant: sum("resolvedByAssistant"),
    firstResponseS: median(waits),
  };
}

const STEPS_S = [15, 60, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400];
const MOST_TICKS = 5;

/** An axis of time up to `most` seconds, whose ticks are whole minutes, hours or days. */
export function durationTicks(most: number): number[] {
  const day = STEPS_S.at(-1) ?? most;
  const step = STEPS_S.find((each) => most / each <= MOST_TICKS) ?? Math.ceil(most / MOST_TICKS / day) * day;
  return Array.from({ length: Math.max(1, Math.ceil(most / step)) + 1 }, (_, place) => place * step);
}

export function median(values: number[]): number | null {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return null;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The change as a share of what was before; null where nothing was. */
export function change(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : (now - before) / before;
}
