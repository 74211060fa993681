import { expect, test } from "vitest";
import type { Lead } from "./documents.ts";
import { phoneText } from "./phone.ts";
import { unique } from "./useLeads.ts";

test("a number of +7 is grouped, another stays as it is", () => {
  expect(phoneText("+77768776637")).toBe("+7 776 877-66-37");
  expect(phoneText("+442071838750")).toBe("+442071838750");
});

test("a lead on two pages is shown once, where it stands first and as it was read there", () => {
  const lead = (id: string, name: string) => ({ id, name }) as Lead;
  const shown = unique([lead("3", "new"), lead("2", "fresh"), lead("2", "old"), lead("1", "last")]);
  expect(shown.map((each) => each.name)).toEqual(["new", "fresh", "last"]);
});
