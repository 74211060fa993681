import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useErrorNotice } from "../parts/errors.ts";
import { REMOVE } from "./documents.ts";

/** Removes assistants once the person has read what goes with them. */
export function useRemoval(onRemoved: () => void): (ids: string[]) => void {
  const { t } = useTranslation("assistants");
  const notice = useErrorNotice();
  const [, remove] = useMutation(REMOVE);
  return (ids) =>
    modals.openConfirmModal({
      title: t("delete_title", { count: ids.length }),
      children: <Text size="sm">{t("delete_text")}</Text>,
      labels: { confirm: t("shell:delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red.9" },
      onConfirm: async () => {
        const { error } = await remove({ ids });
        if (error) notice(error);
        else onRemoved();
      },
    });
}
