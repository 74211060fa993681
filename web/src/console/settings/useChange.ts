import { notifications } from "@mantine/notifications";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useErrorNotice } from "../parts/errors.ts";
import { CHANGE, type Changes } from "./documents.ts";

/** Saves what changed of the settings and says so; true where it was saved. */
export function useChange() {
  const { t } = useTranslation();
  const failed = useErrorNotice();
  const [{ fetching }, change] = useMutation(CHANGE);
  const save = useCallback(
    async (input: Changes) => {
      const { error } = await change({ input });
      if (error) failed(error);
      else notifications.show({ message: t("saved") });
      return !error;
    },
    [change, failed, t],
  );
  return { save, saving: fetching };
}
