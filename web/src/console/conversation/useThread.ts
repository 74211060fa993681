import { useCallback, useEffect, useEffectEvent, useState } from "react";
import { type Entry, merged } from "./entries.ts";

interface Page {
  entries: Entry[];
  /** Where the next page begins; null after the last. */
  next: string | null;
}

interface Thread {
  entries: Entry[];
  /** False until all pages are there. */
  complete: boolean;
  error: Error | undefined;
  add: (entries: Entry[]) => void;
  /** Read all of it anew, behind what is shown. */
  reload: () => void;
}

/** The messages of a conversation: all of its pages, and what is added while one looks. `read` rejects with an error. */
export function useThread(id: string, read: (after: string | null) => Promise<Page>): Thread {
  const [state, setState] = useState<{ id: string; entries: Entry[]; complete: boolean; error?: Error }>({
    id,
    entries: [],
    complete: false,
  });
  const [attempt, setAttempt] = useState(0);
  const readPage = useEffectEvent(read);
  const add = useCallback(
    (entries: Entry[]) =>
      setState((state) => (state.id === id ? { ...state, entries: merged(state.entries, entries) } : state)),
    [id],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt reads it all again
  useEffect(() => {
    let stopped = false;
    const all = async () => {
      setState((state) => (state.id === id ? { ...state, error: undefined } : { id, entries: [], complete: false }));
      try {
        for (let after: string | null = null, first = true; first || after; first = false) {
          const page: Page = await readPage(after);
          if (stopped) return;
          add(page.entries);
          after = page.next;
        }
        setState((state) => (state.id === id ? { ...state, complete: true } : state));
      } catch (error) {
        if (!stopped) setState((state) => ({ ...state, error: error as Error }));
      }
    };
    void all();
    return () => {
      stopped = true;
    };
  }, [id, attempt, add]);
  const reload = useCallback(() => setAttempt((attempt) => attempt + 1), []);
  const own = state.id === id;
  return { entries: own ? state.entries : [], complete: own && state.complete, error: state.error, add, reload };
}
