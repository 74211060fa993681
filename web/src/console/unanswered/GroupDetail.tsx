import { Alert, Anchor, Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { CircleCheckBig, CircleSlash } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMutation, useQuery } from "urql";
import { Allowed } from "../allowed.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import { Time } from "../parts/Time.tsx";
import { AnswerForm } from "./AnswerForm.tsx";
import { AskedList } from "./AskedList.tsx";
import { type Group as AskedGroup, DISMISS, GROUP, REOPEN } from "./documents.ts";
import { Languages } from "./Languages.tsx";
import { Nearest } from "./Nearest.tsx";

/** One group: what was asked, what the knowledge has near it, and the answer to write. */
export function GroupDetail({ id, onDone }: { id: string; onDone: () => void }) {
  const { t } = useTranslation("unanswered");
  const [{ data, error, fetching }, again] = useQuery({
    query: GROUP,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const group = data?.unansweredGroup;
  const asked = data?.unansweredQuestions ?? [];
  if (!group && fetching) return <Loading rows={4} height={90} />;
  if (!group) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  // Where one assistant alone was asked, its own knowledge counts too, and the answer is likely to be its own.
  const assistants = new Set(asked.map((each) => each.assistantId));
  const assistantId = assistants.size === 1 ? (asked[0]?.assistantId ?? null) : null;
  return (
    <Stack gap="lg">
      <GroupHead group={group} />
      {group.status === "OPEN" ? (
        <Allowed to="answerUnanswered">
          <AnswerForm group={group} assistantId={assistantId} onDone={onDone} />
        </Allowed>
      ) : (
        <Resolved group={group} />
      )}
      {group.status === "OPEN" && <Nearest question={group.question} assistantId={assistantId} />}
      <section aria-label={t("asked")}>
        <Title order={3} size="h5" mb="xs">
          {t("asked")}
        </Title>
        <AskedList asked={asked} total={group.count} />
      </section>
      <Move group={group} onDone={onDone} />
    </Stack>
  );
}

function GroupHead({ group }: { group: AskedGroup }) {
  const { t } = useTranslation("unanswered");
  return (
    <Stack gap="xs">
      <Title order={2} size="h4" className="prose">
        {group.question}
      </Title>
      <Group gap="xs">
        <Badge className="figures">{t("asked_times", { count: group.count })}</Badge>
        <Languages of={group.languages} />
        <Text size="sm" c="dimmed">
          {t("last")}: <Time at={group.lastAskedAt} relative />
        </Text>
      </Group>
    </Stack>
  );
}

function Resolved({ group }: { group: AskedGroup }) {
  const { t } = useTranslation("unanswered");
  const answered = group.status === "ANSWERED";
  const place = group.faqId ? "faq" : group.qaEntryId ? "qa" : null;
  return (
    <Alert
      color={answered ? "opora" : "gray"}
      styles={{ title: { color: "var(--mantine-color-text)" } }}
      icon={answered ? <CircleCheckBig aria-hidden /> : <CircleSlash aria-hidden />}
      title={t(`states.${group.status}`)}
    >
      <Text size="sm">
        {group.resolvedBy} {group.resolvedAt && <Time at={group.resolvedAt} />}
      </Text>
      {place && (
        <Anchor component={Link} to={`/knowledge/${place}`} size="sm" c="var(--mantine-color-text)" underline="always">
          {t(`see.${place}`)}
        </Anchor>
      )}
      {answered && !place && <Text size="sm">{t("answer_gone")}</Text>}
    </Alert>
  );
}

function Move({ group, onDone }: { group: AskedGroup; onDone: () => void }) {
  const { t } = useTranslation("unanswered");
  const open = group.status === "OPEN";
  const [{ fetching }, move] = useMutation(open ? DISMISS : REOPEN);
  const notice = useErrorNotice();
  const moved = async () => {
    const { error } = await move({ ids: [group.id] });
    if (error) return notice(error);
    onDone();
  };
  return (
    <Allowed to={open ? "dismissUnanswered" : "reopenUnanswered"}>
      <Group>
        <Button variant="default" loading={fetching} onClick={() => void moved()}>
          {t(open ? "dismiss" : "reopen")}
        </Button>
        <Text size="xs" c="dimmed" flex={1} miw={200}>
          {t(open ? "dismiss_text" : "reopen_text")}
        </Text>
      </Group>
    </Allowed>
  );
}
