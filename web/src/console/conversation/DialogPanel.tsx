import { Divider, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Time } from "../parts/Time.tsx";
import { useCustomerName } from "./DialogConversation.tsx";
import { CONTEXT, type Dialog } from "./dialogDocuments.ts";
import { Fact } from "./Fact.tsx";

/** What is known of a visitor, and what the assistant tells the operator who takes over. */
export function DialogPanel({ dialog }: { dialog: Dialog }) {
  const { t } = useTranslation("conversation");
  const name = useCustomerName(dialog);
  return (
    <Stack gap="sm">
      <Fact label={t("customer")}>
        {name}
        {dialog.telegramUsername && <Text size="sm">@{dialog.telegramUsername}</Text>}
      </Fact>
      <Fact label={t("channel")}>
        {t(`platform.${dialog.platform}`)} · {dialog.assistant.name}
      </Fact>
      {dialog.language && <Fact label={t("language")}>{t(`languages.${dialog.language}`)}</Fact>}
      <Fact label={t("created")}>
        <Time at={dialog.createdAt} />
      </Fact>
      {dialog.handoff && <Handoff dialog={dialog} />}
    </Stack>
  );
}

function Handoff({ dialog }: { dialog: Dialog }) {
  const { t, i18n } = useTranslation("conversation");
  const handoff = dialog.handoff;
  const [{ data }] = useQuery({
    query: CONTEXT,
    variables: { id: dialog.id },
    requestPolicy: "cache-and-network",
    pause: !handoff,
  });
  const packet = data?.handoffContext;
  if (!handoff) return null;
  const known = i18n.exists(`conversation:reason.${handoff.reason}`);
  return (
    <>
      <Divider label={t("handoff")} />
      <Fact label={t("called")}>
        <Time at={handoff.requestedAt} relative /> · {known ? t(`reason.${handoff.reason}`) : handoff.reason}
      </Fact>
      {handoff.operatorName && <Fact label={t("operator")}>{handoff.operatorName}</Fact>}
      {packet?.sentiment && <Fact label={t("tone")}>{t(`sentiment.${packet.sentiment}`)}</Fact>}
      {packet?.summary && (
        <Fact label={t(packet.summaryModel ? "summary" : "own_words")}>
          <span className="prose">{packet.summary}</span>
        </Fact>
      )}
      {packet && packet.earlierHandoffs > 0 && (
        <Fact label={t("earlier_handoffs")}>{t("times", { count: packet.earlierHandoffs })}</Fact>
      )}
    </>
  );
}
