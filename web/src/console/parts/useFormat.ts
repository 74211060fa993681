import dayjs from "dayjs";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Splits a duration into the two greatest units that say it: 95 s are 1 min 35 s, three days are three days. */
export function durationParts(seconds: number): [number, "day" | "hour" | "minute" | "second"][] {
  const whole = Math.round(seconds);
  const all: [number, "day" | "hour" | "minute" | "second"][] = [
    [Math.floor(whole / DAY_S), "day"],
    [Math.floor((whole % DAY_S) / HOUR_S), "hour"],
    [Math.floor((whole % HOUR_S) / MINUTE_S), "minute"],
    [whole % MINUTE_S, "second"],
  ];
  const first = all.findIndex(([count]) => count > 0);
  return first < 0 ? [[0, "second"]] : all.slice(first, first + 2).filter(([count]) => count > 0);
}

/** Numbers, money and lengths of time as the reader's language writes them. Absent figures are a dash. */
export function useFormat() {
  const { i18n } = useTranslation();
  return useMemo(() => formats(i18n.language), [i18n.language]);
}

const KAZAKH = {
  day: "күн",
  hour: "сағ",
  minute: "мин",
  second: "с",
  millisecond: "мс",
  byte: "Б",
  kilobyte: "кБ",
  megabyte: "МБ",
  gigabyte: "ГБ",
  terabyte: "ТБ",
} as const;
type Unit = keyof typeof KAZAKH;

/** Browsers say that they know Kazakh and write numbers as in English; Russian ones are written as Kazakh ones. */
const numbersOf = (language: string) => (language === "kk" ? "ru" : language);

export function formats(language: string) {
  const known = numbersOf(language);
  const number = new Intl.NumberFormat(known, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(known, { style: "percent", maximumFractionDigits: 0 });
  const unit = (count: number, name: Unit) =>
    language === "kk" ? `${number.format(count)} ${KAZAKH[name]}` : unitFormat(known, name).format(count);
  return {
    number: (value: number) => number.format(value),
    /** From a share of 1. */
    percent: (share: number | null) => (share === null || Number.isNaN(share) ? "–" : percent.format(share)),
    money: (sum: string | number, currency = "RUB") =>
      new Intl.NumberFormat(known, { style: "currency", currency, currencyDisplay: "narrowSymbol" }).format(
        Number(sum),
      ),
    duration: (seconds: number | null | undefined) =>
      seconds === null || seconds === undefined
        ? "–"
        : durationParts(seconds)
            .map(([count, name]) => unit(count, name))
            .join(" "),
    milliseconds: (value: number) => unit(value, "millisecond"),
    bytes: (size: number) => {
      const power = Math.min(UNITS.length - 1, size < 1 ? 0 : Math.floor(Math.log(size) / Math.log(1000)));
      return unit(size / 1000 ** power, UNITS[power] ?? "byte");
    },
    /** To the second, for what follows each other closely. */
    moment: (at: string) => dayjs(at).locale(language).format("DD.MM.YYYY HH:mm:ss"),
    /** A calendar day without its year, for axes. dayjs knows the months of all three languages, a browser may not. */
    day: (iso: string) => dayjs(iso).locale(language).format("D MMM"),
  };
}

const unitFormat = (known: string, unit: Unit) =>
  new Intl.NumberFormat(known, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 });
