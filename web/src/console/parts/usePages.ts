import type { AnyVariables, DocumentInput } from "@urql/core";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useClient } from "urql";

interface Page<Node> {
  edges: { node: Node }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

interface Pages<Node> {
  rows: Node[];
  /** Nothing was read yet. */
  waiting: boolean;
  fetching: boolean;
  error: Error | undefined;
  hasMore: boolean;
  more: () => void;
  /** From the first page, keeping what is shown until the answer is there. */
  reload: () => void;
}

/** A list that is read page by page: the document takes `$after`, `pick` finds the connection in its answer. */
export function usePages<Data, Variables extends AnyVariables, Node>(
  document: DocumentInput<Data, Variables>,
  variables: Omit<Variables, "after">,
  pick: (data: Data) => Page<Node> | null | undefined,
): Pages<Node> {
  const client = useClient();
  const [state, setState] = useState<State<Node>>(FIRST);
  const turn = useRef(0);
  const asked = JSON.stringify(variables);
  const read = useEffectEvent(async (after: string | null) => {
    turn.current += 1;
    const mine = turn.current;
    setState((before) => ({ ...before, fetching: true }));
    const wanted = { ...variables, after } as unknown as Variables;
    const { data, error } = await client.query(document, wanted, { requestPolicy: "network-only" }).toPromise();
    // An answer to what is asked no more: the list was narrowed meanwhile.
    if (mine !== turn.current) return;
    const page = data ? pick(data) : null;
    setState((before) => turned(before, page, after, error));
  });
  const [ask, setAsk] = useState<{ after: string | null; count: number }>({ after: null, count: 0 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other variables are another list, read from its beginning
  useEffect(() => setAsk((before) => ({ after: null, count: before.count + 1 })), [asked]);
  useEffect(() => {
    if (ask.count > 0) void read(ask.after);
  }, [ask]);
  return {
    ...state,
    waiting: !state.known && !state.error,
    more: () => setAsk((before) => ({ after: state.end, count: before.count + 1 })),
    reload: () => setAsk((before) => ({ after: null, count: before.count + 1 })),
  };
}

interface State<Node> {
  rows: Node[];
  known: boolean;
  fetching: boolean;
  error: Error | undefined;
  hasMore: boolean;
  end: string | null;
}

const FIRST = { rows: [], known: false, fetching: true, error: undefined, hasMore: false, end: null };

function turned<Node>(
  before: State<Node>,
  page: Page<Node> | null | undefined,
  after: string | null,
  error: Error | undefined,
): State<Node> {
  if (!page) return { ...before, fetching: false, error };
  const found = page.edges.map((edge) => edge.node);
  return {
    rows: after === null ? found : [...before.rows, ...found],
    known: true,
    fetching: false,
    error: undefined,
    hasMore: page.pageInfo.hasNextPage,
    end: page.pageInfo.endCursor,
  };
}
