import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { durationOf } from "./duration.ts";

/** A length of time in short words: "4 min", "1 h 20 min". */
export function Duration({ seconds }: { seconds: number }) {
  return <span className="figures">{useDurationText()(seconds)}</span>;
}

export function useDurationText(): (seconds: number) => string {
  const { t } = useTranslation("queue");
  return (seconds) => {
    const { unit, value, rest } = durationOf(seconds);
    return t(rest > 0 ? `duration.${unit}_and` : `duration.${unit}`, { value, rest });
  };
}

/** Seconds since a moment, counted while one looks. */
export function useSecondsSince(at: string): number {
  const [now, tick] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, (now - Date.parse(at)) / 1000);
}
