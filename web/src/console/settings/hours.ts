import type { CompanySettings } from "./documents.ts";

export interface Span {
  opens: string;
  closes: string;
}

/** Seven days, Monday first; a day off has no span. */
export interface HoursDraft {
  timeZone: string;
  week: Span[][];
  daysOff: string[];
}

type Kept = CompanySettings["hours"];
const MIDNIGHT = "00:00";
const USUAL: Span = { opens: "09:00", closes: "18:00" };
export const MOST_SPANS = 4;

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What a person edits: the end of a day is shown as 00:00, which is what time inputs know. */
export function draftOf(kept: Kept): HoursDraft {
  if (kept === null) return { timeZone: browserZone(), week: usualWeek(), daysOff: [] };
  return {
    timeZone: kept.timeZone,
    week: kept.week.map((day) =>
      day.map(({ opens, closes }) => ({ opens, closes: closes === "24:00" ? MIDNIGHT : closes })),
    ),
    daysOff: [...kept.daysOff],
  };
}

/** As the server takes it: a span that ends at 00:00 goes on to the end of its day. */
export function inputOf(draft: HoursDraft): HoursDraft {
  const ended = ({ opens, closes }: Span) => ({ opens, closes: closes === MIDNIGHT ? "24:00" : closes });
  return { ...draft, week: draft.week.map((day) => day.map(ended)), daysOff: [...draft.daysOff].sort() };
}

/** What is wrong with a day; the name of a text. */
export function faultOf(day: Span[]): "incomplete" | "backwards" | "overlap" | null {
  const spans = [...day].sort((a, b) => a.opens.localeCompare(b.opens));
  if (spans.some(({ opens, closes }) => !opens || !closes)) return "incomplete";
  if (spans.some(({ opens, closes }) => closes !== MIDNIGHT && closes <= opens)) return "backwards";
  const early = spans.slice(0, -1);
  return early.some(({ closes }, at) => closes === MIDNIGHT || closes > (spans[at + 1]?.opens ?? ""))
    ? "overlap"
    : null;
}

/** One more span of a day: the usual hours, or an hour's break after the last one. */
export function nextSpan(day: Span[]): Span {
  const last = day.at(-1);
  if (!last) return USUAL;
  const hour = Math.min(Number(last.closes.slice(0, 2)) + 1, 22);
  return { opens: `${String(hour).padStart(2, "0")}:00`, closes: `${String(hour + 1).padStart(2, "0")}:00` };
}

function usualWeek(): Span[][] {
  return Array.from({ length: 7 }, (_, day) => (day < 5 ? [USUAL] : []));
}
