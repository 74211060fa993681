import type { Pending } from "./state.ts";

/** What a page of the site keeps of its visitor. */
export interface Kept {
  guestId?: string;
  dialogId?: string;
  /** When the dialog was last of interest, in epoch milliseconds. */
  usedAt?: number;
  /** The number of the last message that the visitor has seen. */
  seen?: number;
  outbox?: Pending[];
}

/** The page's storage under one name; where a browser forbids it, memory for as long as the page stands. */
export class Memory {
  private readonly name: string;
  private fallback: string | null = null;

  constructor(siteToken: string) {
    this.name = `opora.widget.${siteToken}`;
  }

  read(): Kept {
    try {
      return JSON.parse(this.stored() ?? "{}");
    } catch {
      return {};
    }
  }

  /** Read anew first: other tabs of the site write too. */
  write(change: (kept: Kept) => Kept): void {
    const text = JSON.stringify(change(this.read()));
    try {
      localStorage.setItem(this.name, text);
    } catch {
      this.fallback = text;
    }
  }

  /** Tell when another tab has written. */
  onChange(heard: () => void): void {
    addEventListener("storage", ({ key }) => {
      if (key === this.name) heard();
    });
  }

  private stored(): string | null {
    try {
      return this.fallback ?? localStorage.getItem(this.name);
    } catch {
      return this.fallback;
    }
  }
}
