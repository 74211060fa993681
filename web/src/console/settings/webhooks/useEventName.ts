import { useCallback } from "react";
import { useTranslation } from "react-i18next";

/** An event in words; one that came with a newer server is told by its own name. */
export function useEventName(): (event: string) => string {
  const { t } = useTranslation("settings");
  return useCallback((event) => t(`webhooks.names.${event.replace(".", "_")}`, { defaultValue: event }), [t]);
}
