import dayjs from "dayjs";
import { describe, expect, it } from "vitest";
import { between, change, durationTicks, lastDays, median, points } from "./period.ts";

const volume = (total: number, firstResponseS: number | null) => ({
  tickets: total,
  dialogs: 0,
  total,
  byAssistant: 0,
  handedOver: 0,
  byPeople: 0,
  waiting: total,
  resolvedByAssistant: 0,
  firstResponseS,
});

describe("periods", () => {
  it("holds the last days with today, and as many before", () => {
    const span = lastDays(7, dayjs("2026-03-15T15:00:00"));
    expect(dayjs(span.from).format("YYYY-MM-DD HH:mm")).toBe("2026-03-09 00:00");
    expect(dayjs(span.to).format("YYYY-MM-DD HH:mm")).toBe("2026-03-16 00:00");
    expect(dayjs(span.previous).format("YYYY-MM-DD HH:mm")).toBe("2026-03-02 00:00");
  });

  it("includes both ends of what was chosen", () => {
    const span = between("2026-01-05", "2026-01-05");
    expect(dayjs(span.to).diff(span.from, "day")).toBe(1);
  });
});

describe("points", () => {
  const days = Array.from({ length: 100 }, (_, number) => ({ day: `d${number}`, volume: volume(1, number) }));

  it("are days while they are few", () => {
    expect(points(days.slice(0, 92))).toHaveLength(92);
  });

  it("are weeks where they are many, and lose nobody", () => {
    const weeks = points(days);
    expect(weeks).toHaveLength(15);
    expect(weeks.reduce((sum, week) => sum + week.total, 0)).toBe(100);
    expect(weeks[1]).toMatchObject({ day: "d7", firstResponseS: 10 });
  });
});

describe("figures", () => {
  it("have a middle", () => {
    expect([median([]), median([3]), median([9, 1, 2]), median([4, 2])]).toEqual([null, 3, 2, 3]);
  });

  it("have ticks of whole units that reach above all", () => {
    expect(durationTicks(0)).toEqual([0, 15]);
    expect(durationTicks(2800)).toEqual([0, 600, 1200, 1800, 2400, 3000]);
    expect(durationTicks(20 * 86_400).at(-1)).toBe(20 * 86_400);
  });

  it("change by a share of what was", () => {
    expect([change(15, 10), change(5, 0), change(null, 4), change(0, 4)]).toEqual([0.5, null, null, -1]);
  });
});
