import { useRef } from "react";
import { newId } from "../parts/newId.ts";
import type { Outgoing } from "./Composer.tsx";

const SAME_MS = 10 * 60_000;

/**
 * The number of a message for the server, which stores a number once: the same words, tried again because no answer came,
 * are the same message.
 */
export function useClientId() {
  const last = useRef({ of: "", id: "", at: 0 });
  return {
    of(message: Outgoing): string {
      const of = JSON.stringify(message);
      const tried = last.current;
      if (tried.of !== of || Date.now() - tried.at > SAME_MS) last.current = { of, id: newId(), at: Date.now() };
      return last.current.id;
    },
    /** The next one is another message, also with the same words. */
    arrived(): void {
      last.current = { of: "", id: "", at: 0 };
    },
  };
}
