import { ActionIcon, Alert, Group, Paper, Stack, Text, Textarea } from "@mantine/core";
import { SendHorizontal } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient } from "urql";
import { EmptyState } from "../parts/EmptyState.tsx";
import { useErrorText } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import { type Assistant, TRY, type Trial } from "./documents.ts";
import { TrialAnswer } from "./TrialAnswer.tsx";

const LONGEST = 4_000;

interface Exchange {
  id: number;
  question: string;
  answer?: Trial | null;
  error?: Error;
}

/** Ask the assistant and see what it would say, and what that rests on. Every question stands alone; none is kept. */
export function TestChat({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  const client = useClient();
  const [exchanges, setExchanges] = useState<Exchange[]>([]);
  const busy = exchanges.some((each) => !each.answer && !each.error);
  const ask = async (question: string) => {
    const id = exchanges.length;
    setExchanges((before) => [...before, { id, question }]);
    const variables = { id: assistant.id, message: question };
    const { data, error } = await client.query(TRY, variables, { requestPolicy: "network-only" }).toPromise();
    const outcome = { answer: data?.askAssistant, error };
    setExchanges((before) => before.map((each) => (each.id === id ? { ...each, ...outcome } : each)));
  };
  return (
    <Paper withBorder p="md" maw={860}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t("chat_hint")}
        </Text>
        <div role="log" aria-label={t("tabs.chat")}>
          {exchanges.length === 0 && <EmptyState title={t("chat_none")} text={t("chat_none_text")} />}
          <Stack gap="md">
            {exchanges.map((exchange) => (
              <ExchangeView key={exchange.id} exchange={exchange} />
            ))}
          </Stack>
        </div>
        <Composer busy={busy} onAsk={(question) => void ask(question)} />
      </Stack>
    </Paper>
  );
}

function ExchangeView({ exchange }: { exchange: Exchange }) {
  const text = useErrorText();
  const end = useRef<HTMLDivElement>(null);
  const settled = Boolean(exchange.answer || exchange.error);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what came makes it longer
  useEffect(() => {
    end.current?.scrollIntoView({ block: "nearest" });
  }, [settled]);
  return (
    <Stack gap="xs">
      <Paper bg="var(--mantine-primary-color-light)" p="sm" maw="85%" style={{ alignSelf: "flex-end" }}>
        <Text className="prose">{exchange.question}</Text>
      </Paper>
      {!settled && <Loading rows={1} height={72} />}
      {exchange.answer && <TrialAnswer answer={exchange.answer} />}
      {exchange.error && <Alert color="red">{text(exchange.error)}</Alert>}
      <div ref={end} />
    </Stack>
  );
}

function Composer({ busy, onAsk }: { busy: boolean; onAsk: (question: string) => void }) {
  const { t } = useTranslation("assistants");
  const [typed, setTyped] = useState("");
  const send = () => {
    const question = typed.trim();
    if (!question || busy) return;
    setTyped("");
    onAsk(question);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <Textarea
        flex={1}
        aria-label={t("chat_question")}
        placeholder={t("chat_question")}
        autosize
        minRows={1}
        maxRows={6}
        maxLength={LONGEST}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onKey}
      />
      <ActionIcon size={36} aria-label={t("chat_send")} loading={busy} disabled={!typed.trim()} onClick={send}>
        <SendHorizontal size={18} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
