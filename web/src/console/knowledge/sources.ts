/** Where the passages of a source are shown. Names hold anything, slashes too. */
export function sourceAddress(name: string, assistantId: string | null): string {
  const whose = assistantId === null ? "" : `?assistant=${encodeURIComponent(assistantId)}`;
  return `/knowledge/sources/${encodeURIComponent(name)}${whose}`;
}

/** The sources that entries of Q&A and of the FAQ are passages of: they are edited elsewhere, not deleted here. */
const ENTRIES = { "Q&A": "qa", FAQ: "faq" } as const;

export function entriesOf(source: string): "qa" | "faq" | null {
  return ENTRIES[source as keyof typeof ENTRIES] ?? null;
}
