import { Button, Group, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation, useQuery } from "urql";
import { graphql } from "../graphql.ts";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import { Section } from "./Section.tsx";

const CHAT = graphql(`query Notices { noticeChat { chatId } }`);
const SET = graphql(`mutation SetNotices($chatId: BigInt) { setNoticeChat(chatId: $chatId) { chatId } }`);
const NUMBER = /^-?\d{1,15}$/;

/** The Telegram chat that hears of new leads. */
export function NoticeChat() {
  const { t } = useTranslation("settings");
  const [{ data, error }, read] = useQuery({ query: CHAT, requestPolicy: "cache-and-network" });
  const kept = data?.noticeChat;
  return (
    <Section title={t("telegram.notices")} text={t("telegram.notices_text")}>
      {kept ? (
        <ChatNumber key={kept.chatId} kept={kept.chatId} onSaved={() => read({ requestPolicy: "network-only" })} />
      ) : error ? (
        <ErrorState error={error} onRetry={() => read({ requestPolicy: "network-only" })} />
      ) : (
        <Loading rows={1} />
      )}
    </Section>
  );
}

function ChatNumber({ kept, onSaved }: { kept: number | null; onSaved: () => void }) {
  const { t } = useTranslation("settings");
  const failed = useErrorNotice();
  const [number, setNumber] = useState(kept === null ? "" : String(kept));
  const [{ fetching }, set] = useMutation(SET);
  const valid = number === "" || NUMBER.test(number);
  const save = async () => {
    const { error } = await set({ chatId: number === "" ? null : Number(number) });
    if (error) return failed(error);
    notifications.show({ message: t("shell:saved") });
    onSaved();
  };
  return (
    <Group align="flex-start" gap="sm">
      <TextInput
        aria-label={t("telegram.chat")}
        placeholder={t("telegram.chat")}
        inputMode="numeric"
        value={number}
        error={valid ? null : t("telegram.chat_wrong")}
        onChange={(event) => setNumber(event.currentTarget.value.trim())}
        style={{ flex: "0 1 260px" }}
      />
      <Button
        loading={fetching}
        disabled={!valid || number === (kept === null ? "" : String(kept))}
        onClick={() => void save()}
      >
        {t("shell:save")}
      </Button>
    </Group>
  );
}
