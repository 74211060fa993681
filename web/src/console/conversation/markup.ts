/** A piece of a message: words, an address that may be followed, or the number of a citation from 1. */
export type Piece =
  | { kind: "text"; text: string; at: number }
  | { kind: "link"; text: string; href: string; at: number }
  | { kind: "citation"; number: number; at: number };

const MARKS = /\[(\d{1,2})\]|(https?:\/\/[^\s<>"]+)/g;
const TRAILING = ".,;:!?)]}»”'";

/** The address without what ends a sentence. A loop: a pattern bound to the end tries anew at every character. */
function withoutTail(address: string): string {
  let end = address.length;
  while (end > 0 && TRAILING.includes(address.charAt(end - 1))) end--;
  return address.slice(0, end);
}

/** `at` is the place of a piece in the text. Numbers above `citations` are words, as are addresses of other schemes. */
export function pieces(text: string, citations: number): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  const say = (until: number) => {
    if (until > done) found.push({ kind: "text", text: text.slice(done, until), at: done });
  };
  for (const match of text.matchAll(MARKS)) {
    const [whole, digits, address] = match;
    const number = Number(digits);
    if (digits && number >= 1 && number <= citations) {
      say(match.index);
      found.push({ kind: "citation", number, at: match.index });
      done = match.index + whole.length;
    } else if (address) {
      const href = withoutTail(address);
      say(match.index);
      found.push({ kind: "link", text: href, href, at: match.index });
      done = match.index + href.length;
    }
  }
  say(text.length);
  return found;
}

/** A suggestion as a person sends it: without the markers, which would point at nothing. */
export function withoutMarkers(text: string): string {
  return text.replace(/\s*(?:\[\d{1,2}\])+/g, "");
}
