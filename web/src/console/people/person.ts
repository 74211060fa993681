import type { Enum } from "../graphql.ts";

export type Role = Enum<"Role">;
export const ROLES = ["USER", "AGENT", "MODERATOR", "ADMIN"] as const satisfies readonly Role[];
export const ROLE_COLOURS: Record<Role, string> = {
  USER: "gray",
  AGENT: "opora",
  MODERATOR: "blue",
  ADMIN: "violet",
  SUPERADMIN: "grape",
};

/** What to call somebody: some came by Telegram and have neither name nor e-mail. */
export function nameOf(person: {
  fullName: string;
  email: string | null;
  username: string | null;
  telegramUsername: string | null;
}): string | null {
  const telegram = person.telegramUsername && `@${person.telegramUsername}`;
  return person.fullName || person.email || person.username || telegram || null;
}
