import { isLanguage, type Language } from "./texts.ts";

/** What the page says by attributes of the script's tag; docs/widget.md explains them to people. */
export interface Settings {
  /** Opora's own, from which the script came. */
  origin: string;
  siteToken: string;
  /** Absent: the page's, else the browser's. */
  language: Language | undefined;
  side: "left" | "right";
  theme: "auto" | "light" | "dark";
  /** A colour of CSS, for the launcher, buttons and the visitor's own messages. */
  accent: string | undefined;
  title: string | undefined;
  /** A selector of the element that holds the chat, instead of a launcher above the page. */
  inline: string | undefined;
}

const HEX = /^#[0-9a-f]{6}$/i;

/** Null where the tag names no site. */
export function readSettings(script: HTMLScriptElement): Settings | null {
  const given = script.dataset;
  if (!given.siteToken) return null;
  return {
    origin: new URL(script.src, document.baseURI).origin,
    siteToken: given.siteToken,
    language: isLanguage(given.language) ? given.language : undefined,
    side: given.side === "left" ? "left" : "right",
    theme: given.theme === "light" || given.theme === "dark" ? given.theme : "auto",
    accent: given.accent && HEX.test(given.accent) ? given.accent : undefined,
    title: given.title || undefined,
    inline: given.inline || undefined,
  };
}

/** White or near black, whichever reads better on the colour (WCAG 2, relative luminance). */
export function inkOn(colour: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(colour.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.056 ? "#ffffff" : "#0b1513";
}
