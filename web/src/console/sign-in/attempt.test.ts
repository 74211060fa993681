// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { endAttempt, keepAttempt, knownCompany, readAnswer, readAttempt, rememberCompany } from "./attempt.ts";

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
});

describe("what a provider answers", () => {
  it("is a code with its state and issuer", () => {
    const answer = readAnswer("?code=c&state=s&iss=https%3A%2F%2Fid.example");
    expect(answer).toEqual({ kind: "code", code: "c", state: "s", issuer: "https://id.example" });
  });

  it("is a refusal with its reason, and never half a code", () => {
    expect(readAnswer("?error=access_denied&error_description=No")).toEqual({ kind: "refused", reason: "No" });
    expect(readAnswer("?code=c")).toEqual({ kind: "refused", reason: "—" });
    expect(readAnswer(`?error=${"x".repeat(5000)}`)).toEqual({ kind: "refused", reason: "x".repeat(300) });
  });
});

describe("an attempt", () => {
  it("is kept until it ends", () => {
    keepAttempt({ browserKey: "k", company: "acme", returnTo: "/queue" });
    expect(readAttempt()?.browserKey).toBe("k");
    endAttempt();
    expect(readAttempt()).toBeNull();
  });

  it("is none where others wrote", () => {
    sessionStorage.setItem("opora.sign-in", "{");
    expect(readAttempt()).toBeNull();
  });
});

describe("the company", () => {
  it("is the link's before the remembered one", () => {
    rememberCompany("acme");
    expect(knownCompany("")).toEqual({ name: "acme", linked: false });
    expect(knownCompany("?company=desk")).toEqual({ name: "desk", linked: true });
  });
});
