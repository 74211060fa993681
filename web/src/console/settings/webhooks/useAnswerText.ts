import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../parts/useFormat.ts";
import type { Attempt } from "./documents.ts";

/** How an attempt went, in a few words: the response's code, or why none came. */
export function useAnswerText(): (attempt: Attempt) => string {
  const { t } = useTranslation("settings");
  const format = useFormat();
  return useCallback(
    ({ status, error, tookMs }) => {
      const answer = status === null ? t(`webhooks.faults.${error}`, { defaultValue: error ?? "" }) : `HTTP ${status}`;
      return `${answer} · ${format.milliseconds(tookMs)}`;
    },
    [t, format],
  );
}
