import { useTranslation } from "react-i18next";

/** Why a person was called, in the reader's language; words of the caller's own stay as they are. */
export function useReasonText(): (reason: string) => string {
  const { t, i18n } = useTranslation("queue");
  return (reason) => (i18n.exists(`queue:reasons.${reason}`) ? t(`reasons.${reason}`) : reason);
}
