export const SHORTCUTS = {
  next: ["J"],
  previous: ["K"],
  open: ["Enter"],
  select: ["X"],
  search: ["/"],
  done: ["E"],
  mine: ["A"],
  create: ["C"],
  close: ["Esc"],
  help: ["?"],
} as const;
export type Shortcut = keyof typeof SHORTCUTS;

const BY_CODE: Readonly<Record<string, Shortcut>> = {
  KeyJ: "next",
  KeyK: "previous",
  KeyX: "select",
  KeyE: "done",
  KeyA: "mine",
  KeyC: "create",
};
const BY_KEY: Readonly<Record<string, Shortcut>> = { "?": "help", "/": "search", Escape: "close" };

type Stroke = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "target">;

/** Letters typed into a field, and keys of a menu or a dialog, are theirs. */
function isTakenElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const field = target.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true]");
  return field !== null || target.closest("[role=menu], [role=dialog], [role=listbox]") !== null;
}

/**
 * What a key asks for. Letters count by their place, so that they work on Russian and Kazakh layouts too; signs count by
 * what is typed, or by their place on a keyboard of the United States.
 */
export function shortcutOf(event: Stroke): Shortcut | null {
  if (event.ctrlKey || event.metaKey || event.altKey || isTakenElsewhere(event.target)) return null;
  const byKey = BY_KEY[event.key];
  if (byKey) return byKey;
  if (event.code === "Slash") return event.shiftKey ? "help" : "search";
  return event.shiftKey ? null : (BY_CODE[event.code] ?? null);
}

const KEY = "opora.shortcuts";

/** Keys of one letter disturb some who speak to their machine: they can be switched off. */
export const shortcutsAreOn = (): boolean => localStorage.getItem(KEY) !== "off";
export const switchShortcuts = (on: boolean): void => localStorage.setItem(KEY, on ? "on" : "off");
