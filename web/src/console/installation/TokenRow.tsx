import { ActionIcon, Badge, Code, Menu, Table, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { Ellipsis, FlaskConical, Pencil, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useErrorNotice } from "../parts/errors.ts";
import { useFormat } from "../parts/useFormat.ts";
import { DELETE_TOKEN, TEST_TOKEN, type Token } from "./documents.ts";

interface TokenRowProps {
  token: Token;
  onEdit: () => void;
  onChange: () => void;
}

export function TokenRow({ token, onEdit, onChange }: TokenRowProps) {
  const { t } = useTranslation("installation");
  const { number } = useFormat();
  const used = (usage: number, limit: number | null) =>
    limit === null ? number(usage) : t("tokens.of", { used: number(usage), limit: number(limit) });
  return (
    <Table.Tr>
      <Table.Td ta="right">{token.priority}</Table.Td>
      <Table.Td>
        {token.name} <Code>{token.maskedToken}</Code>
        <Text size="xs" c="dimmed">
          {token.baseUrl ?? t("tokens.default_address")}
        </Text>
      </Table.Td>
      <Table.Td>{token.modelAccess.length ? token.modelAccess.join(", ") : t("tokens.all_models")}</Table.Td>
      <Table.Td ta="right">{used(token.dailyUsage, token.dailyLimit)}</Table.Td>
      <Table.Td ta="right">{used(token.monthlyUsage, token.monthlyLimit)}</Table.Td>
      <Table.Td>
        <TokenState token={token} />
      </Table.Td>
      <Table.Td>
        <TokenMenu token={token} onEdit={onEdit} onChange={onChange} />
      </Table.Td>
    </Table.Tr>
  );
}

function TokenState({ token }: { token: Token }) {
  const { t } = useTranslation("installation");
  const rests = token.restsUntil !== null && new Date(token.restsUntil) > new Date();
  const state = !token.isActive ? "off" : rests ? "rests" : "works";
  return (
    <>
      <Badge variant="light" miw="max-content" color={{ off: "gray", rests: "yellow", works: "teal" }[state]}>
        {t(`tokens.${state}`)}
      </Badge>
      {token.lastError && (
        <Text size="xs" c="dimmed">
          {token.lastError}
        </Text>
      )}
    </>
  );
}

function TokenMenu({ token, onEdit, onChange }: TokenRowProps) {
  const { t } = useTranslation("installation");
  const { milliseconds } = useFormat();
  const complain = useErrorNotice();
  const [{ fetching }, test] = useMutation(TEST_TOKEN);
  const [, remove] = useMutation(DELETE_TOKEN);
  const probe = async () => {
    const { data, error } = await test({ id: token.id });
    onChange();
    if (!data?.testAiToken) return complain(error);
    const { model, answer, durationMs } = data.testAiToken;
    notifications.show({
      color: "teal",
      title: t("tokens.answered", { model, time: milliseconds(durationMs) }),
      message: answer,
    });
  };
  const confirm = () =>
    modals.openConfirmModal({
      title: t("tokens.delete", { name: token.name }),
      children: t("tokens.delete_text"),
      labels: { confirm: t("shell:delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: async () => {
        const { error } = await remove({ id: token.id });
        if (error) complain(error);
        onChange();
      },
    });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("tokens.menu", { name: token.name })}
          loading={fetching}
        >
          <Ellipsis size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<FlaskConical size={16} aria-hidden />} onClick={() => void probe()}>
          {t("tokens.test")}
        </Menu.Item>
        <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={onEdit}>
          {t("shell:edit")}
        </Menu.Item>
        <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={confirm}>
          {t("shell:delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
