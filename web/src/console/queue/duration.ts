export interface Duration {
  unit: "seconds" | "minutes" | "hours" | "days";
  /** Whole units. */
  value: number;
  /** Whole minutes beside hours, hours beside days; 0 where none are worth a word. */
  rest: number;
}

/** Seconds as people say them: seconds below a minute, minutes below an hour, then hours and minutes, days and hours. */
export function durationOf(seconds: number): Duration {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return { unit: "seconds", value: whole, rest: 0 };
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return { unit: "minutes", value: minutes, rest: 0 };
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return { unit: "hours", value: hours, rest: minutes % 60 };
  return { unit: "days", value: Math.floor(hours / 24), rest: hours % 24 };
}

/** How long a wait is for who waits: past its estimate by half is late, past it at all is soon. */
export function urgencyOf(waitedSeconds: number, expectedSeconds: number): "fine" | "soon" | "late" {
  if (waitedSeconds > expectedSeconds * 1.5) return "late";
  return waitedSeconds > expectedSeconds ? "soon" : "fine";
}
