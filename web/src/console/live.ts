import type { AnyVariables, CombinedError, DocumentInput } from "@urql/core";
import { useEffect, useEffectEvent, useRef } from "react";
import { useClient } from "urql";
import { useConnection } from "./connection.ts";

const AGAIN_MS = 2_000;

interface Live<Data, Variables> {
  /** Left out or null: not subscribed. */
  variables: Variables | null;
  onEvent: (data: Data) => void;
  /** Events may have been missed that do not come again: read anew what they would have changed. */
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
        const { after, missed } = placeAfter(error, wanted);
        timer = setTimeout(() => {
          start({ ...wanted, ...(after !== undefined && { after }) } as Variables);
          // What happens from here on is heard: what is read now leaves no hole before it.
          if (missed) gap();
        }, AGAIN_MS);
      });
      stop = watch.unsubscribe;
    };
    start(JSON.parse(asked));
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, document, asked]);
  useReconnected(() => asked !== null && !hasPlace(JSON.parse(asked)) && gap());
}

/** Whether it says where in the log to begin: then nothing is missed that happens before it is heard. */
const hasPlace = (variables: AnyVariables): boolean => (variables?.after ?? null) !== null;

/** Where to go on after the server ended a subscription, and whether something was missed. */
export function placeAfter(error: CombinedError, wanted: AnyVariables): { after?: number | null; missed: boolean } {
  const told = error.graphQLErrors.map(({ extensions }) => extensions ?? {});
  if (told.some(({ code }) => code === "RESUME_EXPIRED")) return { after: null, missed: true };
  const seq = told.find(({ code }) => code === "RESUME_FROM")?.seq;
  if (typeof seq === "number") return { after: seq, missed: false };
  return { missed: error.networkError !== undefined && !hasPlace(wanted) };
}

/** Calls back each time the connection is there again after it was away. */
function useReconnected(onBack: () => void): void {
  const state = useConnection();
  const was = useRef({ there: false, away: false });
  const back = useEffectEvent(onBack);
  useEffect(() => {
    const { there, away } = was.current;
    // What begins with "connecting" has just been read: only what was there before, or came too late, was missed.
    if (state === "live") was.current = { there: true, away: false };
    else was.current.away = there || state === "lost";
    if (state === "live" && away) back();
  }, [state]);
}
