import type { Enum } from "../graphql.ts";
import type { DialogMessage } from "./dialogDocuments.ts";
import type { Attachment, Citation, TicketMessage } from "./documents.ts";

export type AuthorKind = Enum<"AuthorKind">;

/** A message of a ticket or dialog, as both are shown. */
export interface Entry {
  id: string;
  authorKind: AuthorKind;
  /** Of whoever wrote it; null where the kind says enough. */
  name: string | null;
  text: string;
  internal: boolean;
  confidence: number | null;
  model: string | null;
  createdAt: string;
  citations: Citation[];
  attachments: Attachment[];
}

export function entryOf(message: TicketMessage | DialogMessage): Entry {
  const name = "author" in message ? message.author?.fullName : "operatorName" in message ? message.operatorName : null;
  return { ...message, name: name || null };
}

/** Each message once, in the order in which they were stored; a later word on one replaces the earlier. */
export function merged(present: Entry[], more: Entry[]): Entry[] {
  if (more.length === 0) return present;
  const all = new Map([...present, ...more].map((entry) => [entry.id, entry]));
  return [...all.values()].sort((one, other) => Number(one.id) - Number(other.id));
}

/** Whether two neighbours are one person's words within five minutes, so that the name is said once. */
export function continues(before: Entry | undefined, entry: Entry): boolean {
  if (!before || before.authorKind !== entry.authorKind || before.internal !== entry.internal) return false;
  return before.name === entry.name && Date.parse(entry.createdAt) - Date.parse(before.createdAt) < 300_000;
}
