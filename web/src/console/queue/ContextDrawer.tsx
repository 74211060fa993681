import { Badge, Blockquote, Button, Drawer, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useTranslation } from "react-i18next";
import { useMutation, useQuery } from "urql";
import type { ResultOf } from "../graphql.ts";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import { CANCEL, CONTEXT, type Waiting } from "./documents.ts";
import { PriorityBadge } from "./PriorityBadge.tsx";
import { useReasonText } from "./reasons.ts";

interface ContextDrawerProps {
  row: Waiting | null;
  taking: boolean;
  onTake: (dialogId: string) => void;
  onClose: () => void;
  onMove: () => void;
}

/** What to know of a dialog before the first word, and the choice: take it, or withdraw the request. */
export function ContextDrawer({ row, taking, onTake, onClose, onMove }: ContextDrawerProps) {
  const { t } = useTranslation("queue");
  const withdraw = useWithdraw(() => {
    onClose();
    onMove();
  });
  return (
    <Drawer
      opened={row !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={row && (row.customerName || t("nameless", { id: row.dialogId }))}
    >
      {row && (
        <Stack>
          <Group>
            <Button loading={taking} onClick={() => onTake(row.dialogId)}>
              {t("take")}
            </Button>
            <Button variant="default" onClick={() => withdraw(row.dialogId)}>
              {t("withdraw")}
            </Button>
          </Group>
          <Context dialogId={row.dialogId} />
        </Stack>
      )}
    </Drawer>
  );
}

function useWithdraw(onDone: () => void): (dialogId: string) => void {
  const { t } = useTranslation("queue");
  const notice = useErrorNotice();
  const [, cancel] = useMutation(CANCEL);
  return (dialogId) =>
    modals.openConfirmModal({
      title: t("withdraw_title"),
      children: <Text size="sm">{t("withdraw_text")}</Text>,
      labels: { confirm: t("withdraw"), cancel: t("shell:cancel") },
      onConfirm: async () => {
        const { error } = await cancel({ dialogId, reason: "operator_declined" });
        if (error) notice(error);
        onDone();
      },
    });
}

function Context({ dialogId }: { dialogId: string }) {
  const { t } = useTranslation("queue");
  const reason = useReasonText();
  const [{ data, error, fetching }, again] = useQuery({
    query: CONTEXT,
    variables: { dialogId },
    requestPolicy: "network-only",
  });
  const context = data?.handoffContext;
  if (error) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  if (!context || fetching) return <Loading rows={5} />;
  return (
    <Stack>
      <Group gap="xs">
        <PriorityBadge priority={context.handoff.priority} />
        <Badge variant="default" tt="none">
          {reason(context.handoff.reason)}
        </Badge>
        <Badge variant="default" tt="none">
          {t(`languages.${context.language}`)}
        </Badge>
        {context.sentiment && (
          <Badge variant="default" tt="none">
            {t(`sentiments.${context.sentiment}`)}
          </Badge>
        )}
      </Group>
      {context.earlierHandoffs > 0 && <Text size="sm">{t("earlier", { count: context.earlierHandoffs })}</Text>}
      <Summary context={context} />
      <Attempts attempts={context.attempts} />
    </Stack>
  );
}

type ContextData = NonNullable<ResultOf<typeof CONTEXT>["handoffContext"]>;

function Summary({ context }: { context: ContextData }) {
  const { t } = useTranslation("queue");
  return (
    <>
      {context.summaryModel && (
        <section>
          <Title order={3} size="h5" mb={4}>
            {t("summary")}
          </Title>
          <Text className="prose">{context.summary}</Text>
          <Text size="xs" c="dimmed">
            {t("summary_by", { model: context.summaryModel })}
          </Text>
        </section>
      )}
      <section>
        <Title order={3} size="h5" mb={4}>
          {t("quotes")}
        </Title>
        <Stack gap="xs">
          {context.quotes.length === 0 && <Text size="sm">{t("no_words")}</Text>}
          {context.quotes.map((quote, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: quotes never move, and may repeat
            <Blockquote key={place} p="xs" className="prose">
              {quote}
            </Blockquote>
          ))}
        </Stack>
      </section>
    </>
  );
}

function Attempts({ attempts }: { attempts: ContextData["attempts"] }) {
  const { t } = useTranslation("queue");
  return (
    <section>
      <Title order={3} size="h5" mb={4}>
        {t("attempts")}
      </Title>
      {attempts.length === 0 && <Text size="sm">{t("no_attempts")}</Text>}
      <Stack gap="xs">
        {attempts.map((attempt) => (
          <Paper key={attempt.messageId} withBorder p="sm">
            {attempt.question && (
              <Text size="sm" fw={600} className="prose">
                {attempt.question}
              </Text>
            )}
            <Text size="sm" className="prose">
              {attempt.answer}
            </Text>
            <Text size="xs" c="dimmed" mt={4}>
              {attempt.confidence !== null && t("sure", { percent: Math.round(attempt.confidence * 100) })}{" "}
              {attempt.citations.map((each) => each.source).join(" · ")}
            </Text>
          </Paper>
        ))}
      </Stack>
    </section>
  );
}
