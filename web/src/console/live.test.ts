import { CombinedError } from "@urql/core";
import { expect, test } from "vitest";
import { placeAfter } from "./live.ts";

const told = (extensions: Record<string, unknown>) =>
  new CombinedError({ graphQLErrors: [{ message: "ended", extensions }] });
const cut = new CombinedError({ networkError: new Error("closed") });

test("a reader who was too slow goes on where the server says, and has missed nothing", () => {
  expect(placeAfter(told({ code: "RESUME_FROM", seq: 7 }), { after: 3 })).toEqual({ after: 7, missed: false });
});

test("what the log keeps no more is missed, and watched from now on", () => {
  expect(placeAfter(told({ code: "RESUME_EXPIRED" }), { after: 3 })).toEqual({ after: null, missed: true });
});

test.each([
  [{ after: 3 }, false],
  [{ after: null }, true],
  [{}, true],
])("after a broken connection %j is asked again, and missed without a place: %s", (wanted, missed) => {
  expect(placeAfter(cut, wanted)).toEqual({ missed });
});
