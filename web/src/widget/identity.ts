import { type Api, Refusal } from "./http.ts";
import type { Memory } from "./memory.ts";
import { openMutation } from "./operations.ts";

/** A number that nobody else draws; `crypto.randomUUID` is for secure pages alone. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Run where no other tab of the site does, as far as the browser can promise that. */
function alone<T>(name: string, run: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(name, run) : run();
}

/** The visitor's dialog, opened where there is none yet. Tabs that ask at the same time get the same. */
export async function openedDialog(api: Api, memory: Memory, siteToken: string): Promise<string> {
  return alone(`opora.widget.${siteToken}`, async () => {
    const known = memory.read().dialogId;
    if (known) return known;
    const { openDialog: opened } = await api.ask(openMutation, {});
    if (!opened) throw new Refusal("INTERNAL_ERROR");
    memory.write((kept) => ({ ...kept, guestId: opened.guestId, dialogId: opened.dialog.id, usedAt: Date.now() }));
    return opened.dialog.id;
  });
}

export const isForgotten = (error: unknown): boolean => error instanceof Refusal && error.code === "NOT_FOUND";
export const isStranger = (error: unknown): boolean => error instanceof Refusal && error.code === "UNAUTHORIZED";
