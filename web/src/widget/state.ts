import type { Assistant, DialogUpdate, Said } from "./operations.ts";

export interface Sent {
  publicId: string;
  fileName: string;
  sizeBytes: number;
}

/** A message that the server has not confirmed. */
export interface Pending {
  clientId: string;
  text: string;
  files: Sent[];
  /** Refused for good: only the visitor can do something about it. */
  failed?: boolean;
}

export interface Handoff {
  status: "none" | "waiting" | "active";
  place?: number | undefined;
  waitSeconds?: number | undefined;
  operator?: string | null | undefined;
}

/** Words of an answer while it is written. `length` counts characters as the server does: by code points. */
export interface Words {
  turn: string;
  attempt: number;
  text: string;
  length: number;
  /** A piece was missed: the whole comes with the message. */
  torn: boolean;
}

export interface State {
  phase: "idle" | "loading" | "ready" | "unavailable";
  connected: boolean;
  assistant: Assistant | null;
  messages: Said[];
  pending: Pending[];
  words: Words | null;
  /** The visitor's message that the assistant owes an answer to. */
  awaiting: string | null;
  handoff: Handoff;
  typing: string | null;
  lastSeq: number | null;
  seen: number;
}

export const INITIAL: State = {
  phase: "idle",
  connected: true,
  assistant: null,
  messages: [],
  pending: [],
  words: null,
  awaiting: null,
  handoff: { status: "none" },
  typing: null,
  lastSeq: null,
  seen: 0,
};

/** The messages with another one in its place; one that is there already is replaced. */
export function withMessage(messages: Said[], message: Said): Said[] {
  const rest = messages.filter(({ id }) => id !== message.id);
  const at = rest.findIndex(({ id }) => Number(id) > Number(message.id));
  return at < 0 ? [...rest, message] : [...rest.slice(0, at), message, ...rest.slice(at)];
}

/** The state with a stored message; what waited to be sent under its number is done with. */
export function received(state: State, message: Said, replyTo: string | null = null): State {
  const answered = state.words?.turn === replyTo;
  const own = message.authorKind === "CUSTOMER";
  const awaits = own && message.text !== "" && state.handoff.status === "none";
  return {
    ...state,
    messages: withMessage(state.messages, message),
    pending: state.pending.filter(({ clientId }) => clientId !== message.clientId),
    words: answered ? null : state.words,
    typing: message.authorKind === "OPERATOR" ? null : state.typing,
    awaiting: awaits && !isAnswered(state.messages, message) ? message.id : own ? state.awaiting : null,
  };
}

/** The state after one event of the dialog. Events that were heard before change nothing. */
export function heard(state: State, update: DialogUpdate): State {
  if ("seq" in update) {
    if (state.lastSeq !== null && update.seq <= state.lastSeq) return state;
    return fact({ ...state, lastSeq: update.seq }, update);
  }
  switch (update.__typename) {
    case "AnswerStarted":
      return { ...state, words: { turn: update.turn, attempt: update.attempt, text: "", length: 0, torn: false } };
    case "AnswerDelta":
      return { ...state, words: grown(state.words, update) };
    case "AnswerFailed":
      return { ...state, words: null };
    default:
      return update.byStaff ? { ...state, typing: update.isTyping ? (update.name ?? "") : null } : state;
  }
}

type Fact = Extract<DialogUpdate, { seq: number }>;

function fact(state: State, update: Fact): State {
  switch (update.__typename) {
    case "DialogMessageAdded":
      return update.message ? received(state, update.message, update.replyTo) : state;
    case "HandoffRequested":
    case "HandoffReturned":
      return calm(state, { status: "waiting", place: update.queuePosition });
    case "HandoffStarted":
      return calm(state, { status: "active", operator: update.operatorName });
    case "HandoffReleased":
    case "HandoffCancelled":
      return calm(state, { status: "none" });
    default:
      return state;
  }
}

function calm(state: State, handoff: Handoff): State {
  return { ...state, handoff, words: null, awaiting: null, typing: null };
}

type Piece = Extract<DialogUpdate, { __typename: "AnswerDelta" }>;

function grown(words: Words | null, { turn, attempt, offset, text }: Piece): Words {
  const begun = words?.turn === turn && words.attempt === attempt && offset > 0;
  const before = begun ? words : { text: "", length: 0, torn: false };
  if (before.torn || offset !== before.length) return { turn, attempt, text: "", length: 0, torn: true };
  return { turn, attempt, text: before.text + text, length: before.length + [...text].length, torn: false };
}

function isAnswered(messages: Said[], message: Said): boolean {
  return messages.some(({ id, authorKind }) => Number(id) > Number(message.id) && authorKind !== "CUSTOMER");
}

export function unread({ messages, seen }: State): number {
  return messages.filter(({ id, authorKind }) => Number(id) > seen && authorKind !== "CUSTOMER").length;
}
