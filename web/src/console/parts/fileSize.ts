import { useTranslation } from "react-i18next";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** Bytes as people say them, in the language's own units. */
export function fileSize(bytes: number, language: string): string {
  const step = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1024)));
  const format = { style: "unit", unit: UNITS[step], unitDisplay: "short", maximumFractionDigits: step > 1 ? 1 : 0 };
  return new Intl.NumberFormat(language, format as Intl.NumberFormatOptions).format(bytes / 1024 ** step);
}

export function useFileSize(): (bytes: number) => string {
  const { i18n } = useTranslation();
  return (bytes) => fileSize(bytes, i18n.language);
}
