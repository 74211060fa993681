import { useInterval, useThrottledCallback, useWindowEvent } from "@mantine/hooks";
import type { Client } from "@urql/core";
import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { useClient } from "urql";
import { useRights } from "../allowed.tsx";
import { useConnection } from "../connection.ts";
import { useLive } from "../live.ts";
import { DIALOG_EVENTS, INBOX, type InboxEntry, type InboxFilter, TICKET_EVENTS } from "./documents.ts";

const STEP = 30;
const MOST_AT_ONCE = 100;
const CALM_MS = 700;
const POLL_MS = 20_000;

interface Listed {
  /** Of which filter they are. */
  key: string;
  /** Rises with every look at the server. */
  look: number;
  entries: InboxEntry[];
  hasMore: boolean;
  error?: Error;
}

/** The first `count` entries, from the server. Pages are read behind each other, so that none is lost between them. */
async function read(client: Client, filter: InboxFilter, count: number): Promise<Omit<Listed, "key" | "look">> {
  const entries = new Map<string, InboxEntry>();
  let after: string | null = null;
  let hasMore = true;
  for (let asked = 0; hasMore && asked < count; asked += MOST_AT_ONCE) {
    const first = Math.min(MOST_AT_ONCE, count - asked);
    const { data, error }: { data?: Page; error?: Error } = await client
      .query(INBOX, { first, after, filter }, { requestPolicy: "network-only" })
      .toPromise();
    if (!data?.inbox) return { entries: [...entries.values()], hasMore, error: error ?? new Error("inbox") };
    for (const entry of data.inbox.edges) entries.set(entry.node.id, entry);
    hasMore = data.inbox.pageInfo.hasNextPage;
    after = data.inbox.pageInfo.endCursor;
  }
  return { entries: [...entries.values()], hasMore };
}

type Page = { inbox: { edges: InboxEntry[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } | null };

/** Entries of the inbox, kept up to date: events of the company for staff, a look now and then for customers. */
export function useInbox(filter: InboxFilter, onChange: () => void) {
  const client = useClient();
  const key = JSON.stringify(filter);
  const [listed, setListed] = useState<Listed | null>(null);
  const [wanted, setWanted] = useState({ key, count: STEP });
  const [version, setVersion] = useState(0);
  const started = useRef(0);
  const count = wanted.key === key ? wanted.count : STEP;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is another look at the same
  useEffect(() => {
    started.current += 1;
    const look = started.current;
    void read(client, JSON.parse(key), count).then((found) =>
      setListed((before) => {
        // In a busy company looks overtake each other: a late answer is dropped, one that is not the last is shown.
        if (before && before.look > look) return before;
        // What was there stays in sight where a later look fails.
        return found.error && before?.key === key ? { ...before, error: found.error } : { key, look, ...found };
      }),
    );
  }, [client, key, count, version]);
  const refresh = useCallback(() => {
    setVersion((number) => number + 1);
    onChange();
  }, [onChange]);
  useChanges(refresh);
  const shown = listed?.key === key ? listed : null;
  return {
    entries: shown?.entries ?? [],
    hasMore: shown?.hasMore ?? false,
    error: shown?.error,
    loading: shown === null,
    loadingMore: shown?.hasMore === true && shown.entries.length < count,
    more: () => setWanted({ key, count: count + STEP }),
    refresh,
  };
}

/** Calls back when something may have changed, soon and not too often. */
function useChanges(refresh: () => void): void {
  const staff = useRights().can("inboxEvents");
  const live = useConnection() === "live";
  const soon = useThrottledCallback(refresh, CALM_MS);
  const variables = staff ? { after: null } : null;
  useLive(TICKET_EVENTS, { variables, onEvent: soon, onGap: soon });
  useLive(DIALOG_EVENTS, { variables, onEvent: soon, onGap: soon });
  // What happened before the first event was watched for, or while the connection was away.
  const connected = useEffectEvent(soon);
  useEffect(() => {
    if (live) connected();
  }, [live]);
  const look = () => {
    if (!staff && document.visibilityState === "visible") soon();
  };
  useInterval(look, POLL_MS, { autoInvoke: true });
  useWindowEvent("focus", look);
}
