import { ActionIcon, Button, Group, Menu, Modal, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { Ellipsis, KeyRound, Pencil, Power, RotateCcw, Send, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useMutation } from "urql";
import { useErrorNotice } from "../../parts/errors.ts";
import { DELETE, type Endpoint, ROTATE, TEST, UPDATE } from "./documents.ts";
import { EndpointForm } from "./EndpointForm.tsx";
import { ReplaySince } from "./ReplaySince.tsx";
import { Secret } from "./Secret.tsx";
import { useAnswerText } from "./useAnswerText.ts";

interface EndpointActionsProps {
  endpoint: Endpoint;
  events: string[];
  onChange: () => void;
}

type Opened = "edit" | "replay" | { secret: string } | null;

/** What can be done with an endpoint. */
export function EndpointActions({ endpoint, events, onChange }: EndpointActionsProps) {
  const { t } = useTranslation("settings");
  const [opened, open] = useState<Opened>(null);
  const actions = useActions(endpoint, onChange, (secret) => open({ secret }));
  const close = () => open(null);
  return (
    <Group gap="xs">
      <Button
        variant="default"
        leftSection={<Send size={16} aria-hidden />}
        loading={actions.testing}
        onClick={() => void actions.test()}
      >
        {t("webhooks.test")}
      </Button>
      <Button variant="default" leftSection={<RotateCcw size={16} aria-hidden />} onClick={() => open("replay")}>
        {t("webhooks.replay")}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t("webhooks.actions")}>
            <Ellipsis size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => open("edit")}>
            {t("shell:edit")}
          </Menu.Item>
          <Menu.Item leftSection={<Power size={16} aria-hidden />} onClick={() => void actions.turn()}>
            {t(endpoint.isActive ? "webhooks.turn_off" : "webhooks.turn_on")}
          </Menu.Item>
          <Menu.Item leftSection={<KeyRound size={16} aria-hidden />} onClick={actions.rotate}>
            {t("webhooks.rotate")}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={actions.remove}>
            {t("shell:delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {opened === "edit" && <EndpointForm endpoint={endpoint} events={events} onClose={close} onSaved={onChange} />}
      {opened === "replay" && <ReplaySince endpoint={endpoint} onClose={close} onDone={onChange} />}
      <SecretModal opened={opened} onClose={close} />
    </Group>
  );
}

function SecretModal({ opened, onClose }: { opened: Opened; onClose: () => void }) {
  const { t } = useTranslation("settings");
  if (opened === null || typeof opened === "string") return null;
  return (
    <Modal opened onClose={onClose} size="lg" title={t("webhooks.rotate")} closeOnClickOutside={false}>
      <Secret secret={opened.secret} onClose={onClose} />
    </Modal>
  );
}

function useActions(endpoint: Endpoint, onChange: () => void, onSecret: (secret: string) => void) {
  const { t } = useTranslation("settings");
  const navigate = useNavigate();
  const failed = useErrorNotice();
  const answerText = useAnswerText();
  const [{ fetching: testing }, runTest] = useMutation(TEST);
  const [, update] = useMutation(UPDATE);
  const [, rotate] = useMutation(ROTATE);
  const [, remove] = useMutation(DELETE);
  const { id } = endpoint;
  const ask = (title: string, text: string, confirm: string, action: () => Promise<unknown>, color?: string) =>
    modals.openConfirmModal({
      title,
      children: <Text size="sm">{text}</Text>,
      labels: { confirm, cancel: t("shell:cancel") },
      confirmProps: { color },
      onConfirm: () => void action(),
    });
  const test = async () => {
    const { data, error } = await runTest({ id });
    const went = data?.testWebhookEndpoint;
    const attempt = went?.attempts.at(-1);
    if (error || !went || !attempt) return failed(error);
    const taken = went.state === "DELIVERED";
    notifications.show({
      color: taken ? undefined : "red",
      title: t(taken ? "webhooks.test_taken" : "webhooks.test_failed"),
      message: answerText(attempt),
    });
    onChange();
  };
  const turn = async () => {
    const { error } = await update({ id, input: { isActive: !endpoint.isActive } });
    if (error) failed(error);
    onChange();
  };
  const renew = async () => {
    const { data, error } = await rotate({ id });
    if (error || !data?.rotateWebhookSecret) return failed(error);
    onSecret(data.rotateWebhookSecret.secret);
  };
  const forget = async () => {
    const { error } = await remove({ id });
    if (error) return failed(error);
    onChange();
    navigate("/settings/webhooks");
  };
  return {
    testing,
    test,
    turn,
    rotate: () => ask(t("webhooks.rotate"), t("webhooks.rotate_text"), t("webhooks.rotate"), renew),
    remove: () => ask(t("webhooks.delete_title"), t("webhooks.delete_text"), t("shell:delete"), forget, "red"),
  };
}
