import { useWindowEvent } from "@mantine/hooks";
import type { RefObject } from "react";
import { type Shortcut, shortcutOf, shortcutsAreOn } from "./shortcuts.ts";

interface Actions {
  search: () => void;
  help: () => void;
  create: () => void;
  close: () => void;
  /** With the entry that has the keyboard, or is open. */
  select: (id: string | null) => void;
  done: (id: string | null) => void;
  mine: (id: string | null) => void;
}

/** The keyboard moves through links of the list, so that screen readers follow and Enter opens. */
export function useKeys(list: RefObject<HTMLUListElement | null>, actions: Actions): void {
  useWindowEvent("keydown", (event) => {
    const shortcut = shortcutsAreOn() ? shortcutOf(event) : null;
    if (shortcut === null || event.defaultPrevented || document.querySelector("[aria-modal=true]")) return;
    const rows = [...(list.current?.querySelectorAll<HTMLAnchorElement>("a[data-id]") ?? [])];
    const here = rows.findIndex((row) => row.closest("li")?.contains(document.activeElement));
    const at = here >= 0 ? here : rows.findIndex((row) => row.ariaCurrent === "true");
    if (act(shortcut, rows, at, actions)) event.preventDefault();
  });
}

function act(shortcut: Shortcut, rows: HTMLAnchorElement[], at: number, actions: Actions): boolean {
  const id = rows[at]?.dataset.id ?? null;
  if (shortcut === "next" || shortcut === "previous") {
    const next = rows[shortcut === "next" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  } else if (shortcut === "select" || shortcut === "done" || shortcut === "mine") {
    actions[shortcut](id);
  } else if (shortcut !== "open") {
    actions[shortcut]();
  }
  return shortcut !== "open" && shortcut !== "close";
}
