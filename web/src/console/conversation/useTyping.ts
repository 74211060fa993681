import { useCallback, useEffect, useRef, useState } from "react";

const TOLD_AGAIN_MS = 3_000;
const SILENT_MS = 4_000;
const FORGOTTEN_MS = 8_000;

/** Tells others that one types: at once, again now and then, and that one has stopped. */
export function useTypingSignal(tell: (isTyping: boolean) => void): { typed: () => void; stopped: () => void } {
  const toldAt = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const teller = useRef(tell);
  teller.current = tell;
  const stopped = useCallback(() => {
    clearTimeout(timer.current);
    if (toldAt.current) teller.current(false);
    toldAt.current = 0;
  }, []);
  const typed = useCallback(() => {
    if (Date.now() - toldAt.current > TOLD_AGAIN_MS) {
      toldAt.current = Date.now();
      teller.current(true);
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(stopped, SILENT_MS);
  }, [stopped]);
  useEffect(() => stopped, [stopped]);
  return { typed, stopped };
}

/** Who types, by name; whoever fell silent without a word is forgotten. */
export function useTypists(): { names: string[]; hear: (name: string, isTyping: boolean) => void } {
  const [names, setNames] = useState<string[]>([]);
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  const hear = useCallback((name: string, isTyping: boolean) => {
    const forget = () => setNames((names) => names.filter((each) => each !== name));
    clearTimeout(timers.current.get(name));
    if (!isTyping) return forget();
    timers.current.set(name, setTimeout(forget, FORGOTTEN_MS));
    setNames((names) => (names.includes(name) ? names : [...names, name]));
  }, []);
  useEffect(() => () => timers.current.forEach(clearTimeout), []);
  return { names, hear };
}
