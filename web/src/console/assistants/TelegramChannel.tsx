import { Alert, Anchor, Button, Group, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { Send, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { Allowed } from "../allowed.tsx";
import { useErrorNotice, useErrorText } from "../parts/errors.ts";
import { type Assistant, UPDATE } from "./documents.ts";

/** The assistant's own Telegram bot: connected by the token that @BotFather gives, let go at will. */
export function TelegramChannel({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  return (
    <Paper withBorder p="md" component="section" aria-label="Telegram">
      <Group gap="xs" mb="sm">
        <Send size={18} aria-hidden />
        <Title order={2} size="h4">
          Telegram
        </Title>
      </Group>
      <Stack gap="sm">
        {assistant.telegramBot ? (
          <Bot assistant={assistant} bot={assistant.telegramBot} />
        ) : (
          <Text size="sm">{t("bot_none")}</Text>
        )}
        <Allowed to="updateAssistant">
          <TokenForm assistant={assistant} />
        </Allowed>
      </Stack>
    </Paper>
  );
}

function Bot({ assistant, bot }: { assistant: Assistant; bot: NonNullable<Assistant["telegramBot"]> }) {
  const { t } = useTranslation("assistants");
  const notice = useErrorNotice();
  const [{ fetching }, update] = useMutation(UPDATE);
  const ask = () =>
    modals.openConfirmModal({
      title: t("bot_leave_title"),
      children: <Text size="sm">{t("bot_leave_text")}</Text>,
      labels: { confirm: t("bot_leave"), cancel: t("shell:cancel") },
      onConfirm: async () => {
        const { error } = await update({ id: assistant.id, input: { telegramBotToken: null } });
        if (error) notice(error);
      },
    });
  return (
    <>
      <Group justify="space-between">
        <div>
          {bot.username ? (
            <Anchor href={`https://t.me/${bot.username}`} target="_blank" rel="noreferrer" fw={600}>
              @{bot.username}
            </Anchor>
          ) : (
            <Text fw={600}>{t("bot_number", { id: bot.id })}</Text>
          )}
          <Text size="sm" c="dimmed">
            {t(bot.isActive ? `bot_by.${bot.receivesBy}` : "bot_silent")}
            {assistant.telegramBotToken && ` · ${assistant.telegramBotToken}`}
          </Text>
        </div>
        <Allowed to="updateAssistant">
          <Button size="xs" variant="default" loading={fetching} onClick={ask}>
            {t("bot_leave")}
          </Button>
        </Allowed>
      </Group>
      {bot.lastError && (
        <Alert color="red" icon={<TriangleAlert aria-hidden />} title={t("bot_error")}>
          {bot.lastError}
        </Alert>
      )}
    </>
  );
}

function TokenForm({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  const text = useErrorText();
  const [token, setToken] = useState("");
  const [wrong, setWrong] = useState<string | null>(null);
  const [{ fetching }, update] = useMutation(UPDATE);
  const connect = async () => {
    const { error } = await update({ id: assistant.id, input: { telegramBotToken: token.trim() } });
    setWrong(error ? text(error) : null);
    if (error) return;
    setToken("");
    notifications.show({ message: t("bot_connected") });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void connect();
      }}
    >
      <Stack gap="sm">
        <PasswordInput
          label={t(assistant.telegramBot ? "bot_token_new" : "bot_token")}
          description={t("bot_token_hint")}
          placeholder="123456789:AA…"
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          visibilityToggleButtonProps={{ "aria-label": t("bot_token_show") }}
          error={wrong}
        />
        <Group>
          <Button type="submit" loading={fetching} disabled={!token.trim()}>
            {t("bot_connect")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
