import { useMemo, useState } from "react";
import type { InboxEntry, InboxItem } from "./documents.ts";

const without = (ids: ReadonlySet<string>, dropped: string) => [...ids].filter((id) => id !== dropped);

/** Which of the shown entries are chosen; those that left the list are chosen no more. */
export function useSelection(entries: readonly InboxEntry[]) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const items = useMemo(() => entries.map((entry) => entry.node).filter((item) => ids.has(item.id)), [entries, ids]);
  return {
    items,
    total: entries.length,
    has: (id: string) => ids.has(id),
    toggle: (id: string) => setIds((before) => new Set(before.has(id) ? without(before, id) : [...before, id])),
    clear: () => setIds(new Set()),
    all: () => setIds(new Set(entries.map((entry) => entry.node.id))),
    /** What is chosen, else the one entry that has the keyboard. */
    or: (id: string | null): InboxItem[] =>
      items.length > 0 ? items : entries.map((entry) => entry.node).filter((item) => item.id === id),
  };
}

export type Selection = ReturnType<typeof useSelection>;
