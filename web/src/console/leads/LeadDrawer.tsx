import { Anchor, Drawer, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import type { ResultOf } from "../graphql.ts";
import { CopyText } from "../parts/CopyText.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { Time } from "../parts/Time.tsx";
import { INTERVIEW, type Lead, ONE } from "./documents.ts";
import { phoneText } from "./phone.ts";
import { StatusSelect } from "./StatusSelect.tsx";

/** One lead: whom to call, what they want, and the conversation that it came from. */
export function LeadDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation("leads");
  const [{ data, error, fetching }, again] = useQuery({ query: ONE, variables: { id } });
  const lead = data?.lead;
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={lead?.name ?? t("lead")}>
      {error && <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />}
      {fetching && !lead && <Loading rows={5} />}
      {lead && (
        <Stack>
          <Group justify="space-between" align="flex-end">
            <Group gap="xs">
              <Anchor href={`tel:${lead.phoneE164}`} fw={600} size="lg" className="figures">
                {phoneText(lead.phoneE164)}
              </Anchor>
              <CopyText value={lead.phoneE164} />
            </Group>
            <StatusSelect lead={lead} label={t("status")} />
          </Group>
          <Facts lead={lead} />
          <Conversation interviewId={lead.interviewId} />
        </Stack>
      )}
    </Drawer>
  );
}

function Facts({ lead }: { lead: Lead }) {
  const { t } = useTranslation("leads");
  const facts = [
    [t("object"), lead.objectType],
    [t("city"), lead.city],
    [t("area"), lead.area],
    [t("language"), t(`languages.${lead.language}`)],
    [t("written"), lead.phone],
    [t("summary"), lead.summary],
  ].filter(([, value]) => value);
  return (
    <Table variant="vertical" layout="fixed">
      <Table.Tbody>
        {facts.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th w={150}>{name}</Table.Th>
            <Table.Td className="prose">{value}</Table.Td>
          </Table.Tr>
        ))}
        <Table.Tr>
          <Table.Th w={150}>{t("came")}</Table.Th>
          <Table.Td>
            <Time at={lead.createdAt} />
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

function Conversation({ interviewId }: { interviewId: string }) {
  const { t } = useTranslation("leads");
  const [{ data, error, fetching }, again] = useQuery({
    query: INTERVIEW,
    variables: { id: interviewId, after: null },
    requestPolicy: "cache-and-network",
  });
  const messages = data?.interview?.messages;
  return (
    <section aria-label={t("conversation")}>
      <Title order={3} size="h5" mb="xs">
        {t("conversation")}
      </Title>
      {error && <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />}
      {fetching && !messages && <Loading rows={4} height={40} />}
      <Stack gap="xs">
        {messages?.edges.map(({ node }) => (
          <Said key={node.id} message={node} />
        ))}
      </Stack>
      {messages?.pageInfo.hasNextPage && <Text size="sm">{t("conversation_long")}</Text>}
    </section>
  );
}

type Message = NonNullable<ResultOf<typeof INTERVIEW>["interview"]>["messages"]["edges"][number]["node"];

function Said({ message }: { message: Message }) {
  const { t } = useTranslation("leads");
  const own = message.authorKind !== "CUSTOMER";
  return (
    <Paper
      withBorder={!own}
      bg={own ? "var(--mantine-primary-color-light)" : undefined}
      p="xs"
      maw="85%"
      style={{ alignSelf: own ? "flex-end" : "flex-start" }}
    >
      <Text size="xs" c={own ? undefined : "dimmed"}>
        {t(own ? "assistant" : "client")} · <Time at={message.createdAt} />
      </Text>
      <Text size="sm" className="prose">
        {message.text}
      </Text>
    </Paper>
  );
}
