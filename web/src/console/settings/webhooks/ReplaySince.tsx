import { Button, Group, Modal, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useErrorNotice } from "../../parts/errors.ts";
import { type Endpoint, REPLAY_ALL } from "./documents.ts";

const HOUR_MS = 3_600_000;
const HOURS = { hour: 1, day: 24, three_days: 72, week: 168, month: 720 } as const;
type Span = keyof typeof HOURS;

/** Sends an endpoint what it missed since a moment. */
export function ReplaySince({
  endpoint,
  onClose,
  onDone,
}: {
  endpoint: Endpoint;
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslation("settings");
  const failed = useErrorNotice();
  const [span, setSpan] = useState<Span>("day");
  const [{ fetching }, replay] = useMutation(REPLAY_ALL);
  const send = async () => {
    const since = new Date(Date.now() - HOURS[span] * HOUR_MS).toISOString();
    const { data, error } = await replay({ endpointId: endpoint.id, since });
    const told = data?.replayWebhookDeliveries;
    if (error || !told) return failed(error);
    const key = told.hasMore ? "webhooks.replayed_more" : "webhooks.replayed";
    notifications.show({ message: t(key, { count: told.count }) });
    onDone();
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title={t("webhooks.replay")}>
      <Stack gap="md">
        <Text size="sm">{t("webhooks.replay_text")}</Text>
        <Select
          label={t("webhooks.replay_since")}
          allowDeselect={false}
          value={span}
          onChange={(value) => setSpan(value as Span)}
          data={Object.keys(HOURS).map((value) => ({ value, label: t(`webhooks.spans.${value}`) }))}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button loading={fetching} disabled={!endpoint.isActive} onClick={() => void send()}>
            {t("webhooks.replay")}
          </Button>
        </Group>
        {!endpoint.isActive && <Text size="sm">{t("webhooks.replay_off")}</Text>}
      </Stack>
    </Modal>
  );
}
