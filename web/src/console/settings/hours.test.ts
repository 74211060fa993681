import { expect, test } from "vitest";
import { draftOf, faultOf, inputOf, nextSpan } from "./hours.ts";

const kept = (closes: string) => ({
  timeZone: "Asia/Almaty",
  week: [[{ opens: "22:00", closes }], [], [], [], [], [], []],
  daysOff: ["2026-12-31", "2026-01-01"],
  openNow: false,
  opensAt: null,
});

test("the end of a day is 00:00 in the form and 24:00 on the server", () => {
  const draft = draftOf(kept("24:00"));
  expect(draft.week[0]?.[0]?.closes).toBe("00:00");
  expect(inputOf(draft).week[0]?.[0]?.closes).toBe("24:00");
  expect(inputOf(draft).daysOff).toEqual(["2026-01-01", "2026-12-31"]);
});

test("who was always open is offered the usual week", () => {
  expect(draftOf(null).week.map((day) => day.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
});

test.each([
  [[], null],
  [[{ opens: "09:00", closes: "18:00" }], null],
  [[{ opens: "22:00", closes: "00:00" }], null],
  [[{ opens: "", closes: "18:00" }], "incomplete"],
  [[{ opens: "18:00", closes: "09:00" }], "backwards"],
  [
    [
      { opens: "13:00", closes: "18:00" },
      { opens: "09:00", closes: "14:00" },
    ],
    "overlap",
  ],
  [
    [
      { opens: "14:00", closes: "18:00" },
      { opens: "09:00", closes: "13:00" },
    ],
    null,
  ],
])("%j has the fault %s", (day, fault) => {
  expect(faultOf(day)).toBe(fault);
});

test("one more span follows a break and stays within the day", () => {
  expect(nextSpan([{ opens: "09:00", closes: "13:00" }])).toEqual({ opens: "14:00", closes: "15:00" });
  expect(nextSpan([{ opens: "09:00", closes: "23:30" }])).toEqual({ opens: "22:00", closes: "23:00" });
});
