import type { Enum } from "../graphql.ts";
import type { AppLanguage } from "../i18n.ts";

const NAMES: Record<AppLanguage, Enum<"Language">> = { ru: "RUSSIAN", kk: "KAZAKH", en: "ENGLISH" };

/** The reader's language as the API calls it. */
export function apiLanguage(language: string): Enum<"Language"> {
  return NAMES[language as AppLanguage] ?? "ENGLISH";
}
