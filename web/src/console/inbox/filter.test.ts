import { describe, expect, it } from "vitest";
import { narrowings, readAddress, readFilter, sameFilter, viewsOf, writeAddress } from "./filter.ts";

const saved = { id: "7", name: "Urgent", filter: { priority: ["HIGH"] }, shared: false, mine: true, canChange: true };
const views = viewsOf("3", true, [saved]);
const open = views[0];
if (!open) throw new Error("no views");

describe("filters in addresses", () => {
  it("come back as they were written", () => {
    const filter = { stage: "OPEN" as const, status: ["OPEN" as const], search: "не печатает" };
    const { view, filter: read } = readAddress(new URLSearchParams(writeAddress(open, filter).toString()), views);
    expect([view.id, read]).toEqual(["open", filter]);
  });

  it("say nothing but the view where nothing was changed", () => {
    expect(writeAddress(open, open.filter).toString()).toBe("view=open");
  });

  it("can be emptied", () => {
    expect(readAddress(writeAddress(open, {}), views).filter).toEqual({});
  });

  it("fall back on the first view where they name none that is there", () => {
    expect(readAddress(new URLSearchParams("view=99"), views).view.id).toBe("open");
  });

  it("know saved views", () => {
    expect(readAddress(new URLSearchParams("view=7"), views).filter).toEqual({ priority: ["HIGH"] });
  });

  it("are dropped where they are broken or foreign", () => {
    expect(readFilter("{")).toBeNull();
    expect(readFilter("[]")).toBeNull();
    expect(readFilter('{"stage":"OPEN","evil":1}')).toEqual({ stage: "OPEN" });
    expect(readFilter('{"stage":["OPEN"],"status":5,"kinds":[{}],"search":{"a":1},"__proto__":{"a":1}}')).toEqual({});
  });
});

describe("filters", () => {
  it("are the same whatever the order and what does not narrow", () => {
    expect(sameFilter({ stage: "OPEN", unassigned: true }, { unassigned: true, stage: "OPEN", status: [] })).toBe(true);
    expect(sameFilter({ stage: "OPEN" }, {})).toBe(false);
  });

  it("count what narrows them", () => {
    expect(narrowings({ stage: "OPEN", status: [], search: "x", unassigned: false })).toBe(1);
  });

  it("offer customers no views of the staff's", () => {
    expect(viewsOf("3", false, []).map((view) => view.id)).toEqual(["open", "done", "all"]);
  });
});
