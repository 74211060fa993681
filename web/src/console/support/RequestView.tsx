import { Anchor, Group, Paper, Stack, Text } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { ArrowLeft } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { Time } from "../parts/Time.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { REQUEST, type Replies, type Request } from "./documents.ts";
import { ReplyForm } from "./ReplyForm.tsx";
import { StatusBadge } from "./StatusBadge.tsx";

/** Requests stand with another company, whose events nobody here may watch: they are asked for again. */
const EVERY_MS = 15_000;
const FINISHED = ["RESOLVED", "CLOSED", "CANCELLED"];

export function RequestView() {
  const { t } = useTranslation("support");
  const { number = "" } = useParams();
  const [{ data, error, fetching }, again] = useQuery({
    query: REQUEST,
    variables: { number },
    requestPolicy: "cache-and-network",
  });
  const look = () => again({ requestPolicy: "network-only" });
  useInterval(look, EVERY_MS, { autoInvoke: true });
  const request = data?.supportRequest;
  return (
    <Stack gap="md" maw={820}>
      <Anchor component={Link} to="/support" size="sm">
        <Group gap={4} component="span">
          <ArrowLeft size={16} aria-hidden />
          {t("back")}
        </Group>
      </Anchor>
      {request ? (
        <Conversation request={request} replies={data.supportRequestMessages ?? []} onReply={look} />
      ) : fetching ? (
        <Loading />
      ) : (
        <ErrorState error={error} onRetry={look} />
      )}
    </Stack>
  );
}

interface ConversationProps {
  request: Request;
  replies: Replies;
  onReply: () => void;
}

function Conversation({ request, replies, onReply }: ConversationProps) {
  const { t } = useTranslation("support");
  const { duration } = useFormat();
  const waits = !FINISHED.includes(request.status) && !replies.some((reply) => reply.authorKind === "OPERATOR");
  return (
    <>
      <PageHeader title={request.subject} text={`${request.number} · ${t(`priorities.${request.priority}`)}`}>
        <StatusBadge status={request.status} />
      </PageHeader>
      {waits && (
        <Text size="sm" c="dimmed">
          {t("expected", { time: duration(request.expectedReplySeconds) })}
        </Text>
      )}
      <Words who={t("you")} at={request.createdAt} text={request.message} />
      {replies.map((reply) => (
        <Words
          key={reply.id}
          who={t(reply.authorKind === "CUSTOMER" ? "you" : reply.authorKind === "OPERATOR" ? "them" : "system")}
          at={reply.createdAt}
          text={reply.text}
          theirs={reply.authorKind !== "CUSTOMER"}
        />
      ))}
      <ReplyForm number={request.number} onSent={onReply} />
    </>
  );
}

function Words({ who, at, text, theirs = false }: { who: string; at: string; text: string; theirs?: boolean }) {
  return (
    <Paper withBorder p="md" ml={theirs ? { base: 0, sm: "xl" } : 0} mr={theirs ? 0 : { base: 0, sm: "xl" }}>
      <Group justify="space-between" mb={4}>
        <Text fw={600} size="sm">
          {who}
        </Text>
        <Text size="xs" c="dimmed">
          <Time at={at} relative />
        </Text>
      </Group>
      <Text className="prose">{text}</Text>
    </Paper>
  );
}
