import { type Api, Refusal } from "./http.ts";
import { dialogQuery, type Said } from "./operations.ts";
import { type Handoff, type State, withMessage } from "./state.ts";

const MOST_PAGES = 10;
const FRESH_MS = 60_000;
const STATUS = { NONE: "none", REQUESTED: "waiting", ACTIVE: "active", RELEASED: "none" } as const;

/** What the dialog is by now, on top of what is shown: the first thing that is read after a gap. */
export async function loaded(api: Api, id: string): Promise<(state: State) => State> {
  const first = await page(api, id, null);
  let messages = first.messages;
  let next = first.next;
  for (let pages = 1; next && pages < MOST_PAGES; pages += 1) {
    const more = await page(api, id, next);
    messages = [...messages, ...more.messages];
    next = more.next;
  }
  return (state) => {
    const all = messages.reduce(withMessage, state.messages);
    const stored = new Set(all.map(({ clientId }) => clientId));
    return {
      ...state,
      messages: all,
      pending: state.pending.filter(({ clientId }) => !stored.has(clientId)),
      handoff: first.handoff.status === state.handoff.status ? { ...state.handoff, ...first.handoff } : first.handoff,
      lastSeq: Math.max(first.seq, state.lastSeq ?? 0),
      awaiting: first.handoff.status === "none" ? owed(all.at(-1)) : null,
    };
  };
}

async function page(api: Api, id: string, after: string | null) {
  const { dialog } = await api.ask(dialogQuery, { id, after });
  if (!dialog) throw new Refusal("NOT_FOUND");
  const { edges, pageInfo } = dialog.messages;
  const handoff: Handoff = { status: STATUS[dialog.handoffStatus], operator: dialog.handoff?.operatorName };
  return {
    messages: edges.map(({ node }) => node),
    next: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
    handoff,
    seq: dialog.lastSeq,
  };
}

/** A question of just now without an answer: somebody is at it. */
function owed(last: Said | undefined): string | null {
  const fresh = last !== undefined && Date.now() - Date.parse(last.createdAt) < FRESH_MS;
  return fresh && last.authorKind === "CUSTOMER" ? last.id : null;
}
