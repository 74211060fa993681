import { notifications } from "@mantine/notifications";
import { CombinedError } from "@urql/core";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

export function codeOf(error: Error | undefined): string | undefined {
  if (!(error instanceof CombinedError)) return undefined;
  return error.graphQLErrors[0]?.extensions?.code as string | undefined;
}

/** The input that the server blames, named as in the schema. */
export function fieldOf(error: Error | undefined): string | undefined {
  if (!(error instanceof CombinedError)) return undefined;
  return error.graphQLErrors[0]?.extensions?.field as string | undefined;
}

/** Says an error in the reader's language: by its code where that is known, else in the server's words. */
export function useErrorText(): (error?: Error) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (error) => {
      if (error instanceof CombinedError && error.networkError) return t("errors.NETWORK");
      const code = codeOf(error);
      if (code && i18n.exists(`shell:errors.${code}`)) return t(`errors.${code}`);
      return (error instanceof CombinedError && error.graphQLErrors[0]?.message) || t("errors.OTHER");
    },
    [t, i18n],
  );
}

/** A notice for an action that failed. Forms show the error at the field instead, see `fieldOf`. */
export function useErrorNotice(): (error?: Error) => void {
  const text = useErrorText();
  return useCallback((error) => void notifications.show({ color: "red", message: text(error) }), [text]);
}
