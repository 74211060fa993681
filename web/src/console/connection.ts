import { useSyncExternalStore } from "react";

/** Whether live updates flow: `lost` is shown to people, `connecting` only before the first connection. */
export type ConnectionState = "connecting" | "live" | "lost";

let state: ConnectionState = "connecting";
const listeners = new Set<() => void>();

export const connection = {
  set(next: ConnectionState): void {
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useConnection(): ConnectionState {
  return useSyncExternalStore(connection.subscribe, () => state);
}
