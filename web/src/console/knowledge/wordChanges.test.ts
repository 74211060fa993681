import { expect, test } from "vitest";
import { changes } from "./wordChanges.ts";

const shown = (before: string | undefined, after: string) =>
  changes(before, after).map(({ kind, text }) => `${{ same: " ", came: "+", went: "-" }[kind]}${text}`);

test("a first version has no changes", () => {
  expect(shown(undefined, "All is new.")).toEqual([" All is new."]);
});

test("words that came and went stand between those that stayed", () => {
  expect(shown("Within 14 days of delivery.", "Within 30 working days of delivery.")).toEqual([
    " Within ",
    "-14 ",
    "+30 working ",
    " days of delivery.",
  ]);
});

test("the pieces without what went are the new text, whatever its spaces", () => {
  const after = "  One\n\ntwo   three\tfour ";
  const kept = changes("One two five", after).filter((piece) => piece.kind !== "went");
  expect(kept.map((piece) => piece.text).join("")).toBe(after);
});

test("texts too long to compare are shown whole", () => {
  const long = "word ".repeat(3000);
  expect(changes(long, `${long}more`).map((piece) => piece.kind)).toEqual(["went", "came"]);
});
