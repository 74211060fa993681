import { useLocalStorage } from "@mantine/hooks";
import { useEffect, useEffectEvent } from "react";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import type { Enum } from "../graphql.ts";
import { HEARTBEAT } from "./documents.ts";

export type OperatorStatus = Enum<"OperatorStatus">;

/** How somebody works in this browser. `status` null: off duty, nothing is said of them to the server. */
export interface Duty {
  status: OperatorStatus | null;
  sound: boolean;
  notices: boolean;
}

const OFF_DUTY: Duty = { status: null, sound: true, notices: false };

/** What the person chose in this browser; all of its tabs follow a change. */
export function useDuty(): [Duty, (change: Partial<Duty>) => void] {
  const { me } = useRights();
  const [duty, setDuty] = useLocalStorage<Duty>({
    key: `opora.duty.${me.id}`,
    defaultValue: OFF_DUTY,
    getInitialValueInEffect: false,
  });
  return [duty, (change) => setDuty((before) => ({ ...before, ...change }))];
}

/** One call of the server for a status; with no more arguments what it knows stays. */
export function useHeartbeat() {
  const [, send] = useMutation(HEARTBEAT);
  return (
    status: OperatorStatus,
    change: { maxCapacity?: number; assistantIds?: string[]; allAssistants?: boolean } = {},
  ) =>
    send({
      status,
      maxCapacity: change.maxCapacity ?? null,
      assistantIds: change.assistantIds ?? null,
      allAssistants: change.allAssistants ?? false,
    });
}

/** Keeps the server told that the person is there, while they are on duty: it counts them gone after a minute. */
export function useOperatorPresence(): void {
  const [{ status }] = useDuty();
  const send = useHeartbeat();
  const beat = useEffectEvent(() => void (status && send(status)));
  useEffect(() => {
    if (status === null) return;
    beat();
    const ticker = new Worker(new URL("./ticker.ts", import.meta.url), { type: "module" });
    const seen = () => document.visibilityState === "visible" && beat();
    ticker.addEventListener("message", beat);
    document.addEventListener("visibilitychange", seen);
    return () => {
      ticker.terminate();
      document.removeEventListener("visibilitychange", seen);
    };
  }, [status]);
}
