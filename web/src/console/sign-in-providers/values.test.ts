import { describe, expect, it } from "vitest";
import { inputOf, valuesOf } from "./values.ts";

describe("what is sent of a provider", () => {
  it("leaves out a secret that was not typed, so that the kept one stays", () => {
    expect(inputOf(valuesOf(null))).not.toHaveProperty("clientSecret");
    expect(inputOf({ ...valuesOf(null), clientSecret: "s" }).clientSecret).toBe("s");
  });

  it("leaves out rules that name nothing", () => {
    const values = { ...valuesOf(null), roleRules: [{ value: " ", role: "AGENT" as const }] };
    expect(inputOf(values).roleRules).toEqual([]);
  });
});
