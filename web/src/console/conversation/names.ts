import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { AuthorKind } from "./entries.ts";

/** What each kind of author is called where a message names nobody. */
export function useNames(customer: string | undefined, assistant: string | undefined): Record<AuthorKind, string> {
  const { t } = useTranslation("conversation");
  return useMemo(
    () => ({
      CUSTOMER: customer || t("kinds.CUSTOMER"),
      ASSISTANT: assistant || t("kinds.ASSISTANT"),
      OPERATOR: t("kinds.OPERATOR"),
      SYSTEM: t("kinds.SYSTEM"),
    }),
    [customer, assistant, t],
  );
}
