import type { initGraphQLTada } from "gql.tada";
import type { introspection } from "../schema.d.ts";

interface Setup {
  introspection: introspection;
  disableMasking: true;
  scalars: { DateTime: string; UUID: string; BigInt: number; Upload: File };
}

type Documents = ReturnType<typeof initGraphQLTada<Setup>>;

/** Documents typed by the schema that stay text: a parser would be half of the widget. */
export const gql = ((text: string, fragments: readonly string[] = []) =>
  [text, ...fragments].join("\n").replace(/\s+/g, " ")) as unknown as Documents;
