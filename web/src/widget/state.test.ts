import { describe, expect, it } from "vitest";
import type { DialogUpdate, Said } from "./operations.ts";
import { heard, INITIAL, received, type State, unread } from "./state.ts";

const said = (id: number, change: Partial<Said> = {}): Said => ({
  id: String(id),
  authorKind: "CUSTOMER",
  text: "Hello",
  operatorName: null,
  clientId: null,
  createdAt: "2026-01-01T00:00:00Z",
  citations: [],
  attachments: [],
  ...change,
});
const added = (seq: number, message: Said, replyTo: string | null = null): DialogUpdate => ({
  __typename: "DialogMessageAdded",
  seq,
  replyTo,
  message,
});
const delta = (offset: number, text: string, attempt = 1): DialogUpdate => ({
  __typename: "AnswerDelta",
  turn: "1",
  attempt,
  offset,
  text,
});
const told = (...updates: DialogUpdate[]): State => updates.reduce(heard, INITIAL);

describe("messages", () => {
  it("stand in the order of their ids, each once, however they come", () => {
    const state = [said(3), said(1), said(2), said(3)].reduce((before, each) => received(before, each), INITIAL);
    expect(state.messages.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });

  it("end the wait of what was written under their number", () => {
    const waiting = { ...INITIAL, pending: [{ clientId: "a", text: "Hello", files: [] }] };
    expect(received(waiting, said(1, { clientId: "a" })).pending).toEqual([]);
    expect(received(waiting, said(1, { clientId: "b" })).pending).toHaveLength(1);
  });

  it("are not heard twice", () => {
    const once = told(added(4, said(1)));
    expect(heard(once, added(4, said(2)))).toBe(once);
  });

  it("that others wrote are unread until they are seen", () => {
    const state = told(added(1, said(1)), added(2, said(2, { authorKind: "OPERATOR" })));
    expect([unread(state), unread({ ...state, seen: 2 })]).toEqual([1, 0]);
  });
});

describe("an answer that is being written", () => {
  it("grows by pieces whose offsets count characters, not UTF-16 units", () => {
    expect(told(delta(0, "😀 a"), delta(3, " b")).words?.text).toBe("😀 a b");
  });

  it("waits for the message where a piece was missed", () => {
    expect(told(delta(0, "a"), delta(5, "b"), delta(6, "c")).words).toMatchObject({ torn: true, text: "" });
  });

  it("begins anew with another attempt", () => {
    expect(told(delta(0, "first"), delta(0, "second", 2)).words?.text).toBe("second");
  });

  it("gives way to its message", () => {
    const state = told(delta(0, "Hi"), added(2, said(2, { authorKind: "ASSISTANT" }), "1"));
    expect([state.words, state.messages.length]).toEqual([null, 1]);
  });

  it("is taken back when a person is called", () => {
    const state = told(delta(0, "Hi"), { __typename: "HandoffRequested", seq: 2, queuePosition: 3 });
    expect([state.words, state.handoff]).toEqual([null, { status: "waiting", place: 3 }]);
  });
});

describe("an answer that is owed", () => {
  it("is for the visitor's last message, until somebody answers", () => {
    expect(told(added(1, said(1))).awaiting).toBe("1");
    expect(told(added(1, said(1)), added(2, said(2, { authorKind: "ASSISTANT" }), "1")).awaiting).toBeNull();
  });

  it("is nobody's while a person is there, nor where it came before the receipt", () => {
    const active: DialogUpdate = { __typename: "HandoffStarted", seq: 1, operatorName: "Anna" };
    expect(told(active, added(2, said(1))).awaiting).toBeNull();
    expect(told(added(1, said(2, { authorKind: "ASSISTANT" })), added(2, said(1))).awaiting).toBeNull();
  });
});
