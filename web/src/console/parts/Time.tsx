import { Tooltip } from "@mantine/core";
import dayjs from "dayjs";
import relativeTime from "dayjs/plugin/relativeTime";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

dayjs.extend(relativeTime);
const MINUTE_MS = 60_000;
const JUST_NOW_S = 45;

/** A moment in the reader's zone and language; `relative` counts from now and keeps counting. */
export function Time({ at, relative = false }: { at: string; relative?: boolean }) {
  const { t, i18n } = useTranslation();
  const [, tick] = useState(0);
  useEffect(() => {
    if (!relative) return;
    const timer = setInterval(() => tick((count) => count + 1), MINUTE_MS);
    return () => clearInterval(timer);
  }, [relative]);
  // Not by Intl: Chromium knows no Kazakh months ("2026 M11 23").
  const moment = dayjs(at).locale(i18n.language);
  const full = moment.format("D MMM YYYY, HH:mm");
  const recent = Math.abs(moment.diff(dayjs(), "second")) < JUST_NOW_S;
  const time = <time dateTime={at}>{relative ? (recent ? t("just_now") : moment.fromNow()) : full}</time>;
  return relative ? <Tooltip label={full}>{time}</Tooltip> : time;
}
