import { expect, test } from "vitest";
import { newcomers } from "./alerts.ts";
import { durationOf, urgencyOf } from "./duration.ts";

test.each([
  [-5, { unit: "seconds", value: 0, rest: 0 }],
  [59.9, { unit: "seconds", value: 59, rest: 0 }],
  [60, { unit: "minutes", value: 1, rest: 0 }],
  [3599, { unit: "minutes", value: 59, rest: 0 }],
  [3660, { unit: "hours", value: 1, rest: 1 }],
  [86_400 * 2 + 3600 * 5, { unit: "days", value: 2, rest: 5 }],
])("%d seconds are said in their units", (seconds, said) => {
  expect(durationOf(seconds)).toEqual(said);
});

test("a wait is soon past its estimate and late past it by half", () => {
  expect([90, 101, 151].map((waited) => urgencyOf(waited, 100))).toEqual(["fine", "soon", "late"]);
});

test("those who waited when the page was opened are no news, those behind them are", () => {
  const waiting = (id: string) => ({ handoffId: id });
  expect(newcomers(null, [waiting("1")])).toEqual([]);
  expect(newcomers(new Set(["1"]), [waiting("1"), waiting("2")])).toEqual([waiting("2")]);
});
