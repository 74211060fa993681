import { describe, expect, it } from "vitest";
import { drafted } from "./draft.ts";
import { continues, type Entry, merged } from "./entries.ts";
import { pieces, withoutMarkers } from "./markup.ts";

const entry = (id: string, more: Partial<Entry> = {}): Entry => ({
  id,
  authorKind: "CUSTOMER",
  name: null,
  text: id,
  internal: false,
  confidence: null,
  model: null,
  createdAt: "2025-01-01T10:00:00Z",
  citations: [],
  attachments: [],
  ...more,
});

describe("messages", () => {
  it("stand once each, in the order of their numbers", () => {
    const all = merged([entry("9"), entry("10")], [entry("10", { text: "edited" }), entry("2")]);
    expect(all.map((each) => [each.id, each.text])).toEqual([
      ["2", "2"],
      ["9", "9"],
      ["10", "edited"],
    ]);
  });

  it("share a name within minutes, but not a note with a reply", () => {
    expect(continues(entry("1"), entry("2", { createdAt: "2025-01-01T10:04:00Z" }))).toBe(true);
    expect(continues(entry("1"), entry("2", { createdAt: "2025-01-01T10:06:00Z" }))).toBe(false);
    expect(continues(entry("1"), entry("2", { internal: true }))).toBe(false);
  });
});

describe("an answer that is being written", () => {
  const started = { __typename: "AnswerStarted", turn: "5", attempt: 1 } as const;
  const delta = (offset: number, text: string, attempt = 1) =>
    ({ __typename: "AnswerDelta", turn: "5", attempt, offset, text }) as const;

  it("grows piece by piece, and a repeated piece changes nothing", () => {
    const steps = [started, delta(0, "Your "), delta(5, "order"), delta(5, "order")];
    expect(steps.reduce(drafted, null)?.text).toBe("Your order");
  });

  it("does not show what follows a gap", () => {
    expect([started, delta(0, "Your "), delta(9, "gone")].reduce(drafted, null)?.text).toBe("Your ");
  });

  it("begins anew with a later attempt", () => {
    expect([started, delta(0, "Your "), delta(0, "An ", 2)].reduce(drafted, null)?.text).toBe("An ");
  });

  it("goes when it failed or is stored, and only then", () => {
    const draft = [started, delta(0, "Your ")].reduce(drafted, null);
    expect(drafted(draft, { __typename: "AnswerFinished", turn: "4" })).toBe(draft);
    expect(drafted(draft, { __typename: "AnswerFailed", turn: "5", attempt: 1 })).toBeNull();
  });
});

describe("the words of a message", () => {
  it("hold citations where there are some, and links without the punctuation behind them", () => {
    expect(pieces("See [1], [7] (https://a.kz/x?y=1).", 2)).toEqual([
      { kind: "text", text: "See ", at: 0 },
      { kind: "citation", number: 1, at: 4 },
      { kind: "text", text: ", [7] (", at: 7 },
      { kind: "link", text: "https://a.kz/x?y=1", href: "https://a.kz/x?y=1", at: 14 },
      { kind: "text", text: ").", at: 32 },
    ]);
  });

  it("never become a link of another scheme", () => {
    expect(pieces("javascript:alert(1)", 0)).toEqual([{ kind: "text", text: "javascript:alert(1)", at: 0 }]);
  });

  it("are read in time that grows with their length, whatever stands in them", () => {
    const tail = ")".repeat(500_000);
    expect(pieces(`https://a.kz/${tail}x`, 0)).toHaveLength(1);
    expect(pieces(`https://a.kz/${tail}`, 0)[0]).toMatchObject({ href: "https://a.kz/" });
  });

  it("lose their markers when a person sends them", () => {
    expect(withoutMarkers("In 14 days [1][2]. Call us [3].")).toBe("In 14 days. Call us.");
  });
});
