import { describe, expect, it } from "vitest";
import { durationParts, formats } from "./useFormat.ts";

describe("durations", () => {
  it.each([
    [0, [[0, "second"]]],
    [59.6, [[1, "minute"]]],
    [
      95,
      [
        [1, "minute"],
        [35, "second"],
      ],
    ],
    [7200, [[2, "hour"]]],
    [
      90_061,
      [
        [1, "day"],
        [1, "hour"],
      ],
    ],
  ])("says %d s by its two greatest units", (seconds, expected) => {
    expect(durationParts(seconds)).toEqual(expected);
  });

  it("has Kazakh words of its own, which browsers may lack", () => {
    expect(formats("kk").duration(95)).toBe("1 мин 35 с");
  });

  it("is a dash where nothing was measured", () => {
    expect(formats("en").duration(null)).toBe("–");
  });
});

describe("sizes", () => {
  it("are in the greatest unit that they fill", () => {
    const { bytes } = formats("en");
    expect([bytes(0), bytes(999), bytes(1000), bytes(2_500_000)]).toEqual(["0 byte", "999 byte", "1 kB", "2.5 MB"]);
  });
});
