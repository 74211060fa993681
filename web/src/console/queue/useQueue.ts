import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "urql";
import { useLive } from "../live.ts";
import { DIALOG_EVENTS, IN_WORK, OPERATORS, QUEUE } from "./documents.ts";

const SETTLE_MS = 250;
const QUEUE_MOVES = new Set([
  "HandoffRequested",
  "HandoffPrioritised",
  "HandoffStarted",
  "HandoffReturned",
  "HandoffReleased",
  "HandoffCancelled",
]);

/** Calls `onMove` soon after the queue moved, once for moves that come together. */
export function useQueueMoves(onMove: () => void): void {
  const moved = useDebouncedCallback(onMove, SETTLE_MS);
  useLive(DIALOG_EVENTS, {
    variables: { after: null },
    onEvent: ({ tenantDialogEvents: event }) => QUEUE_MOVES.has(event.__typename) && moved(),
    onGap: moved,
  });
}

/** Who waits for the person. Kept fresh by whoever calls `useQueueMoves`. */
export function useQueue() {
  const [{ data, error, fetching }, again] = useQuery({ query: QUEUE, requestPolicy: "cache-and-network" });
  const read = () => again({ requestPolicy: "network-only" });
  return { queue: data?.handoffQueue, error, fetching, read };
}

export function useOperators() {
  const [{ data, error }, again] = useQuery({ query: OPERATORS, requestPolicy: "cache-and-network" });
  return { operators: data?.operators, error, read: () => again({ requestPolicy: "network-only" }) };
}

export function useDialogsInWork() {
  const [{ data, error }, again] = useQuery({ query: IN_WORK, requestPolicy: "cache-and-network" });
  return { page: data?.dialogs, error, read: () => again({ requestPolicy: "network-only" }) };
}
