import { type ReactNode, useCallback } from "react";
import type { Entry } from "./entries.ts";
import { MessageTools } from "./MessageTools.tsx";
import { useCopilotState } from "./useCopilot.ts";

/** The tools beside each message, for staff; the same function as long as they are the same. */
export function useTools(staff: boolean): ((entry: Entry) => ReactNode) | undefined {
  const translates = useCopilotState() === "ready";
  const toolsOf = useCallback((entry: Entry) => <MessageTools entry={entry} translates={translates} />, [translates]);
  return staff ? toolsOf : undefined;
}
