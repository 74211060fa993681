import dayjs from "dayjs";
import "dayjs/locale/kk";
import "dayjs/locale/ru";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["ru", "kk", "en"] as const;
export type AppLanguage = (typeof LANGUAGES)[number];
export const LANGUAGE_NAMES: Record<AppLanguage, string> = { ru: "Русский", kk: "Қазақша", en: "English" };

const KEY = "opora.language";
type Texts = Record<string, Record<string, unknown>>;
// A chunk for each language: only the chosen one is loaded.
const load: Record<AppLanguage, () => Promise<{ default: Texts }>> = {
  ru: () => import("./texts/ru.ts"),
  kk: () => import("./texts/kk.ts"),
  en: () => import("./texts/en.ts"),
};

export function preferredLanguage(): AppLanguage {
  const wanted = [localStorage.getItem(KEY), ...navigator.languages.map((each) => each.slice(0, 2))];
  return LANGUAGES.find((each) => wanted.find((one) => LANGUAGES.includes(one as AppLanguage)) === each) ?? "en";
}

export async function setLanguage(language: AppLanguage): Promise<void> {
  if (!i18next.hasResourceBundle(language, "shell")) {
    const { default: texts } = await load[language]();
    for (const [area, words] of Object.entries(texts)) i18next.addResourceBundle(language, area, words);
  }
  await i18next.changeLanguage(language);
  localStorage.setItem(KEY, language);
  document.documentElement.lang = language;
  dayjs.locale(language);
}

/** Each area of the console is a namespace: texts/<language>/<area>.json. */
export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    lng: preferredLanguage(),
    fallbackLng: false,
    defaultNS: "shell",
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  await setLanguage(preferredLanguage());
}
