import { Button, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { DANGER_TEXT } from "../parts/colors.ts";
import { useErrorNotice } from "../parts/errors.ts";
import { ACTIVATE, DEACTIVATE } from "./documents.ts";
import { useRemoval } from "./useRemoval.tsx";

interface BulkBarProps {
  ids: string[];
  onDone: () => void;
  onRemoved: () => void;
}

/** What can be done with all chosen assistants. Its place is kept while none is chosen, so that the list stays put. */
export function BulkBar({ ids, onDone, onRemoved }: BulkBarProps) {
  const { t } = useTranslation("assistants");
  const notice = useErrorNotice();
  const [{ fetching: activating }, activate] = useMutation(ACTIVATE);
  const [{ fetching: silencing }, deactivate] = useMutation(DEACTIVATE);
  const remove = useRemoval(() => {
    onDone();
    onRemoved();
  });
  const turn = async (on: boolean) => {
    const { error } = await (on ? activate : deactivate)({ ids });
    if (error) notice(error);
    else onDone();
  };
  const none = ids.length === 0;
  return (
    <Group gap="xs" mih={36} role="toolbar" aria-label={t("bulk")}>
      <Text size="sm" c="dimmed">
        {none ? t("chosen_none") : t("chosen", { count: ids.length })}
      </Text>
      {!none && (
        <>
          <Button size="xs" variant="default" loading={activating} onClick={() => void turn(true)}>
            {t("activate")}
          </Button>
          <Button size="xs" variant="default" loading={silencing} onClick={() => void turn(false)}>
            {t("deactivate")}
          </Button>
          <Button size="xs" variant="default" c={DANGER_TEXT} onClick={() => remove(ids)}>
            {t("shell:delete")}
          </Button>
        </>
      )}
    </Group>
  );
}
