import { useTranslation } from "react-i18next";

const UNKNOWN = "und";

/** What a language is called, by its ISO 639 code. Browsers know too few names in Kazakh: the usual ones are ours. */
export function useLanguageName(): (code: string) => string {
  const { t, i18n } = useTranslation("knowledge");
  const names = new Intl.DisplayNames([i18n.language], { type: "language", fallback: "code" });
  return (code) => {
    if (i18n.exists(`knowledge:languages.${code}`)) return t(`languages.${code}`);
    return code === UNKNOWN ? "—" : (names.of(code) ?? code);
  };
}
