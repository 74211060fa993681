import { type RefObject, useEffect } from "react";

let arrived = false;

/**
 * Gives the focus to the heading of a screen that somebody went to, so that a screen reader says where one is and the
 * next Tab is in it. The first screen of a page leaves the focus to the browser; a screen that takes it itself keeps it.
 */
export function useArrival(heading: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const first = !arrived;
    arrived = true;
    if (first || document.activeElement?.closest("main, [role=dialog]")) return;
    heading.current?.focus({ preventScroll: true });
  }, [heading]);
}
