import { Anchor, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useRights } from "../allowed.tsx";
import type { ResultOf } from "../graphql.ts";
import { Loading } from "../parts/Loading.tsx";
import { Time } from "../parts/Time.tsx";
import type { DialogInWork, IN_WORK } from "./documents.ts";
import { PlatformIcon } from "./WaitingRow.tsx";

/** Dialogs that people have now: one's own first, then the others'. */
export function InWorkPanel({ page }: { page?: ResultOf<typeof IN_WORK>["dialogs"] }) {
  const { t } = useTranslation("queue");
  const { me } = useRights();
  const mine = (dialog: DialogInWork) => dialog.handoff?.operatorId === me.id;
  const dialogs = [...(page?.dialogs ?? [])].sort((one, other) => Number(mine(other)) - Number(mine(one)));
  return (
    <Paper withBorder p="sm" component="section" aria-label={t("in_work")}>
      <Title order={2} size="h5" mb="xs">
        {t("in_work")}
      </Title>
      {!page && <Loading rows={2} height={36} />}
      {page && dialogs.length === 0 && <Text size="sm">{t("in_work_none")}</Text>}
      <Stack gap="xs">
        {dialogs.map((dialog) => (
          <DialogLine key={dialog.id} dialog={dialog} mine={mine(dialog)} />
        ))}
      </Stack>
    </Paper>
  );
}

function DialogLine({ dialog, mine }: { dialog: DialogInWork; mine: boolean }) {
  const { t } = useTranslation("queue");
  const name =
    `${dialog.firstName} ${dialog.lastName}`.trim() || dialog.telegramUsername || t("nameless", { id: dialog.id });
  return (
    <Stack gap={0}>
      <Group gap={6} wrap="nowrap">
        <PlatformIcon platform={dialog.platform} />
        <Anchor component={Link} to={`/inbox/dialogs/${dialog.id}`} size="sm" fw={600} truncate>
          {name}
        </Anchor>
      </Group>
      <Text size="xs" c="dimmed" truncate>
        {mine ? t("yours") : dialog.handoff?.operatorName}
        {dialog.handoff?.takenAt && (
          <>
            {" · "}
            <Time at={dialog.handoff.takenAt} relative />
          </>
        )}
        {dialog.lastMessage?.excerpt && ` · ${dialog.lastMessage.excerpt}`}
      </Text>
    </Stack>
  );
}
