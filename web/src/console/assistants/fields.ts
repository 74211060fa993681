import type { Assistant } from "./documents.ts";

/** What the form of an assistant's words holds. */
export interface Words {
  name: string;
  description: string;
  systemPrompt: string;
  /** Empty: the installation's model. */
  aiModel: string;
}

export const MOST = { name: 128, description: 2_000, systemPrompt: 20_000, aiModel: 128 } as const;

export const wordsOf = (assistant?: Assistant): Words => ({
  name: assistant?.name ?? "",
  description: assistant?.description ?? "",
  systemPrompt: assistant?.systemPrompt ?? "",
  aiModel: assistant?.aiModel ?? "",
});

/** As the API takes it: no model is null. */
export const asInput = (words: Words) => ({ ...words, name: words.name.trim(), aiModel: words.aiModel.trim() || null });

/** Hosts out of what people paste: addresses lose scheme, path and port; commas, blanks and lines part them. */
export function domainsOf(typed: string): string[] {
  const hosts = typed.split(/[\s,;]+/).map((each) =>
    each
      .replace(/^[a-z]+:\/\//i, "")
      .replace(/[/?#].*$/, "")
      .replace(/:\d+$/, "")
      .toLowerCase(),
  );
  return [...new Set(hosts.filter(Boolean))];
}
