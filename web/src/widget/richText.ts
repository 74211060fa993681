/** A piece of a message: words, words that matter, or an address. */
export interface Piece {
  kind: "text" | "strong" | "link";
  text: string;
  /** Where it begins in the message. */
  at: number;
}

const MARKED = /\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*|(https?:\/\/[^\s<>"]+)/g;
const TRAILING = ".,;:!?)]»";

/** The address without what ends a sentence. A loop: a pattern bound to the end tries anew at every character. */
function withoutTail(address: string): string {
  let end = address.length;
  while (end > 0 && TRAILING.includes(address.charAt(end - 1))) end--;
  return address.slice(0, end);
}

/** Addresses of the web and words between double asterisks; all else stays as it is written. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(MARKED)) {
    const [whole, strong, address] = match;
    const link = address && withoutTail(address);
    if (match.index > end) found.push({ kind: "text", text: text.slice(end, match.index), at: end });
    found.push({ kind: link ? "link" : "strong", text: link ?? strong ?? whole, at: match.index });
    end = match.index + (link?.length ?? whole.length);
  }
  if (end < text.length) found.push({ kind: "text", text: text.slice(end), at: end });
  return found;
}
