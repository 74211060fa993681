import type { AnyVariables, DocumentInput } from "@urql/core";
import { useEffect, useEffectEvent } from "react";
import { useClient } from "urql";

const GAP_CODES = ["RESUME_EXPIRED", "RESUME_FROM"];
const AGAIN_MS = 2_000;

interface Live<Data, Variables> {
  /** Left out or null: not subscribed. */
  variables: Variables | null;
  onEvent: (data: Data) => void;
  /** Events were missed that the log keeps no more: read anew what they would have changed. */
  onGap?: () => void;
}

/**
 * Watch a subscription while the component stands. It survives lost connections, and goes on behind the last event seen
 * where the document has a variable `$after`.
 */
export function useLive<Data, Variables extends AnyVariables>(
  document: DocumentInput<Data, Variables>,
  { variables, onEvent, onGap }: Live<Data, Variables>,
): void {
  const client = useClient();
  const heard = useEffectEvent(onEvent);
  const gap = useEffectEvent(() => onGap?.());
  const asked = variables === null ? null : JSON.stringify(variables);
  useEffect(() => {
    if (asked === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop = () => {};
    const start = (wanted: Variables) => {
      const watch = client.subscription(document, wanted).subscribe(({ data, error }) => {
        if (data) heard(data);
        if (!error) return;
        watch.unsubscribe();
        const missed = error.graphQLErrors.some((each) => GAP_CODES.includes(String(each.extensions?.code)));
        if (missed) gap();
        const next = missed ? ({ ...wanted, after: null } as Variables) : wanted;
        timer = setTimeout(() => start(next), AGAIN_MS);
      });
      stop = watch.unsubscribe;
    };
    start(JSON.parse(asked));
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, document, asked]);
}
