/** A stretch of text that two versions share, or that one of them alone has. */
export interface Piece {
  kind: "same" | "came" | "went";
  text: string;
}

// The table has a cell for each pair of words: longer texts are shown whole, for nobody reads such a comparison.
const MOST_CELLS = 4_000_000;

/** What became of `before` in `after`, word by word: by the longest common subsequence. */
export function changes(before: string | undefined, after: string): Piece[] {
  if (before === undefined || before === after) return [{ kind: "same", text: after }];
  const old = words(before);
  const fresh = words(after);
  if (old.length * fresh.length > MOST_CELLS) {
    return [
      { kind: "went", text: before },
      { kind: "came", text: after },
    ];
  }
  return joined(walk(old, fresh, lengths(old, fresh)));
}

/** Words with the space behind them, so that joining them gives the text again. */
function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}

/** The length of the longest common subsequence of the rests from each pair of places on. */
function lengths(old: string[], fresh: string[]): Uint16Array[] {
  const table = Array.from({ length: old.length + 1 }, () => new Uint16Array(fresh.length + 1));
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      const row = table[i] as Uint16Array;
      const below = table[i + 1] as Uint16Array;
      row[j] = same(old[i], fresh[j]) ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}

function* walk(old: string[], fresh: string[], table: Uint16Array[]): Generator<Piece> {
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && same(old[i], fresh[j])) {
      yield { kind: "same", text: fresh[j] ?? "" };
      i++;
      j++;
    } else if (i < old.length && (j === fresh.length || (table[i + 1]?.[j] ?? 0) >= (table[i]?.[j + 1] ?? 0))) {
      yield { kind: "went", text: old[i++] ?? "" };
    } else {
      yield { kind: "came", text: fresh[j++] ?? "" };
    }
  }
}

const same = (one?: string, other?: string) => one?.trim() === other?.trim();

function joined(pieces: Iterable<Piece>): Piece[] {
  const found: Piece[] = [];
  for (const piece of pieces) {
    const last = found.at(-1);
    if (last?.kind === piece.kind) last.text += piece.text;
    else found.push({ ...piece });
  }
  return found;
}
