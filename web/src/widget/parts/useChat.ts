import { createContext } from "preact";
import { useContext, useEffect, useReducer } from "preact/hooks";
import type { Chat, Shown } from "../chat.ts";
import type { Language, Translate } from "../texts.ts";

export interface Surroundings {
  chat: Chat;
  t: Translate;
  language: Language;
}

export const ChatContext = createContext<Surroundings | null>(null);

export function useSurroundings(): Surroundings {
  const found = useContext(ChatContext);
  if (!found) throw new Error("No chat around");
  return found;
}

/** What is shown now; the component is drawn again when it changes. */
export function useShown(chat: Chat): Shown {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => chat.watch(() => again(undefined)), [chat]);
  return chat.shown;
}
