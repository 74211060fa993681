import { Alert, Badge, Box, Button, Group, PasswordInput, Radio, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { Send } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation, useQuery } from "urql";
import { graphql, type ResultOf } from "../graphql.ts";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useErrorNotice, useErrorText } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import type { CompanySettings } from "./documents.ts";
import { NoticeChat } from "./NoticeChat.tsx";
import { Section } from "./Section.tsx";
import { useChange } from "./useChange.ts";

const BOT = graphql(`query Bot { telegramBot { id username isActive receivesBy lastError createdAt } }`);
const CONNECT = graphql(`
  mutation ConnectBot($token: String!) { connectTelegramBot(token: $token) { id username isActive lastError } }
`);
const DISCONNECT = graphql(`mutation DisconnectBot { disconnectTelegramBot { ok } }`);
const MODES = ["SUPPORT", "LEADS"] as const;
type Bot = NonNullable<ResultOf<typeof BOT>["telegramBot"]>;

/** The company's bot, what it does with those who write to it, and the chat that hears of new leads. */
export function Telegram({ company }: { company: CompanySettings }) {
  const { t } = useTranslation("settings");
  const [{ data, error }, read] = useQuery({ query: BOT });
  const again = () => read({ requestPolicy: "network-only" });
  return (
    <Stack gap="md">
      <Section title={t("telegram.title")} text={t("telegram.text")}>
        {error && !data ? (
          <ErrorState error={error} onRetry={again} />
        ) : !data ? (
          // As high as the form below it, whose button stands under the field on a phone.
          <Box mih={{ base: 142, sm: 84 }}>
            <Loading rows={1} height={84} />
          </Box>
        ) : data.telegramBot ? (
          <Connected bot={data.telegramBot} onChange={again} />
        ) : (
          <Connect onChange={again} />
        )}
      </Section>
      <Mode company={company} />
      <NoticeChat />
    </Stack>
  );
}

function Connected({ bot, onChange }: { bot: Bot; onChange: () => void }) {
  const { t } = useTranslation("settings");
  const failed = useErrorNotice();
  const [, disconnect] = useMutation(DISCONNECT);
  const leave = async () => {
    const { error } = await disconnect({});
    if (error) failed(error);
    onChange();
  };
  const ask = () =>
    modals.openConfirmModal({
      title: t("telegram.disconnect_title", { name: bot.username }),
      children: <Text size="sm">{t("telegram.disconnect_text")}</Text>,
      labels: { confirm: t("telegram.disconnect"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => void leave(),
    });
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Group gap="sm">
          <Send size={20} aria-hidden />
          <Text fw={600}>@{bot.username || bot.id}</Text>
          <Badge variant="light" color={bot.lastError ? "red" : undefined}>
            {t(bot.lastError ? "telegram.broken" : "telegram.works")}
          </Badge>
          <Text size="sm" c="dimmed">
            {t(`telegram.by.${bot.receivesBy}`)}
          </Text>
        </Group>
        <Button variant="default" onClick={ask}>
          {t("telegram.disconnect")}
        </Button>
      </Group>
      {bot.lastError && <Alert color="red">{bot.lastError}</Alert>}
    </Stack>
  );
}

function Connect({ onChange }: { onChange: () => void }) {
  const { t } = useTranslation("settings");
  const text = useErrorText();
  const [token, setToken] = useState("");
  const [{ fetching, error }, connect] = useMutation(CONNECT);
  const submit = async () => {
    const result = await connect({ token });
    if (result.error) return;
    setToken("");
    onChange();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Group align="flex-end" gap="sm">
        <PasswordInput
          label={t("telegram.token")}
          description={t("telegram.token_text")}
          error={error && text(error)}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          autoComplete="off"
          style={{ flex: "1 1 260px" }}
        />
        <Button type="submit" loading={fetching} disabled={!token.trim()}>
          {t("telegram.connect")}
        </Button>
      </Group>
    </form>
  );
}

function Mode({ company }: { company: CompanySettings }) {
  const { t } = useTranslation("settings");
  const { save, saving } = useChange();
  return (
    <Section title={t("telegram.mode")}>
      <Radio.Group
        aria-label={t("telegram.mode")}
        value={company.telegramMode}
        onChange={(mode) => void save({ telegramMode: mode as (typeof MODES)[number] })}
      >
        <Stack gap="sm">
          {MODES.map((mode) => (
            <Radio
              key={mode}
              value={mode}
              disabled={saving}
              label={t(`telegram.modes.${mode}`)}
              description={t(`telegram.modes_text.${mode}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
    </Section>
  );
}
