import { describe, expect, it } from "vitest";
import type { Provider } from "./documents.ts";
import { inputOf, needsSecret, valuesOf } from "./values.ts";

describe("what is sent of a provider", () => {
  it("leaves out a secret that was not typed, so that the kept one stays", () => {
    expect(inputOf(valuesOf(null))).not.toHaveProperty("clientSecret");
    expect(inputOf({ ...valuesOf(null), clientSecret: "s" }).clientSecret).toBe("s");
  });

  it("asks for the secret anew where the issuer is another", () => {
    const kept = {
      ...valuesOf(null),
      issuer: "https://id.example",
      roleRules: [],
      hasSecret: true,
    } as unknown as Provider;
    const moved = { ...valuesOf(kept), issuer: "https://other.example" };
    expect([needsSecret(kept, valuesOf(kept)), needsSecret(kept, moved), needsSecret(null, moved)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(needsSecret(kept, { ...moved, clientSecret: "s" })).toBe(false);
  });

  it("leaves out rules that name nothing", () => {
    const values = { ...valuesOf(null), roleRules: [{ value: " ", role: "AGENT" as const }] };
    expect(inputOf(values).roleRules).toEqual([]);
  });
});
