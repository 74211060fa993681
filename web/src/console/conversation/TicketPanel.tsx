import { Anchor, Badge, Divider, Select, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMutation, useQuery } from "urql";
import { useCategoryName } from "../categories/useCategoryWords.ts";
import { useErrorNotice } from "../parts/errors.ts";
import { Time } from "../parts/Time.tsx";
import { type Ticket, UPDATE_TICKET } from "./documents.ts";
import { Fact } from "./Fact.tsx";
import { CATEGORIES, HISTORY, STAFF } from "./panelDocuments.ts";

const PRIORITIES = ["LOW", "MEDIUM", "HIGH", "CRITICAL"] as const;

/** What is known of a ticket and its customer; staff change it here. */
export function TicketPanel({ ticket, staff }: { ticket: Ticket; staff: boolean }) {
  const { t } = useTranslation("conversation");
  const nameOf = useCategoryName();
  return (
    <Stack gap="sm">
      {staff && <TicketFields ticket={ticket} />}
      {staff && <Divider />}
      {staff && (
        <Fact label={t("customer")}>
          {ticket.author?.fullName || t("kinds.CUSTOMER")}
          {ticket.author?.email && (
            <Anchor
              href={`mailto:${ticket.author.email}`}
              size="sm"
              display="block"
              style={{ overflowWrap: "anywhere" }}
            >
              {ticket.author.email}
            </Anchor>
          )}
        </Fact>
      )}
      {!staff && ticket.category && <Fact label={t("category")}>{nameOf(ticket.category)}</Fact>}
      {!staff && <Fact label={t("assignee")}>{ticket.assignee?.fullName ?? t("nobody")}</Fact>}
      {staff && ticket.language && <Fact label={t("language")}>{t(`languages.${ticket.language}`)}</Fact>}
      {staff && ticket.sentiment && <Fact label={t("tone")}>{t(`sentiment.${ticket.sentiment}`)}</Fact>}
      {ticket.escalationReason && (
        <Fact label={t("escalated_because")}>{t(`escalation.${ticket.escalationReason}`)}</Fact>
      )}
      <Fact label={t("created")}>
        <Time at={ticket.createdAt} /> · {t(`source.${ticket.source}`)}
      </Fact>
      {ticket.resolvedAt && (
        <Fact label={t("resolved")}>
          <Time at={ticket.resolvedAt} />
        </Fact>
      )}
      {staff && ticket.author && <History author={ticket.author.id} besides={ticket.id} />}
    </Stack>
  );
}

function TicketFields({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("conversation");
  const nameOf = useCategoryName();
  const failed = useErrorNotice();
  const [{ fetching }, update] = useMutation(UPDATE_TICKET);
  const [{ data: people }] = useQuery({ query: STAFF });
  const [{ data: kinds }] = useQuery({ query: CATEGORIES });
  const change = async (input: Parameters<typeof update>[0]["input"]) => {
    const { error } = await update({ id: ticket.id, input });
    if (error) failed(error);
  };
  const statuses = [ticket.status, ...ticket.nextStatuses];
  const categories = kinds?.categories?.filter((each) => each.isActive || each.id === ticket.category?.id) ?? [];
  return (
    <Stack gap="xs">
      <Select
        label={t("status_label")}
        size="xs"
        allowDeselect={false}
        disabled={fetching}
        value={ticket.status}
        data={statuses.map((each) => ({ value: each, label: t(`status.${each}`) }))}
        onChange={(status) => status && status !== ticket.status && void change({ status })}
      />
      <Select
        label={t("priority_label")}
        size="xs"
        allowDeselect={false}
        disabled={fetching}
        value={ticket.priority}
        data={PRIORITIES.map((each) => ({ value: each, label: t(`priority.${each}`) }))}
        onChange={(priority) => priority && void change({ priority })}
      />
      <Select
        label={t("assignee")}
        size="xs"
        searchable
        clearable
        placeholder={t("nobody")}
        disabled={fetching}
        value={ticket.assignee?.id ?? null}
        data={people?.staff?.map((each) => ({ value: each.id, label: each.fullName })) ?? []}
        onChange={(assignedTo) => void change({ assignedTo })}
      />
      <Select
        label={t("category")}
        description={ticket.autoCategorized ? t("by_classifier") : undefined}
        size="xs"
        searchable
        clearable
        placeholder={t("no_category")}
        disabled={fetching}
        value={ticket.category?.id ?? null}
        data={categories.map((each) => ({ value: each.id, label: nameOf(each) }))}
        onChange={(categoryId) => void change({ categoryId })}
      />
    </Stack>
  );
}

function History({ author, besides }: { author: string; besides: string }) {
  const { t } = useTranslation("conversation");
  const [{ data }] = useQuery({ query: HISTORY, variables: { author }, requestPolicy: "cache-and-network" });
  const earlier = data?.tickets?.edges.map(({ node }) => node).filter((each) => each.id !== besides) ?? [];
  return (
    <Fact label={t("history")}>
      {data && earlier.length === 0 && <Text size="sm">{t("no_history")}</Text>}
      <Stack gap={6} mt={4}>
        {earlier.slice(0, 5).map((each) => (
          <div key={each.id}>
            <Anchor component={Link} to={`/inbox/tickets/${each.id}`} size="sm" lineClamp={2}>
              {each.title}
            </Anchor>
            <Text size="xs" component="div">
              <Badge size="xs" variant="default" tt="none">
                {t(`status.${each.status}`)}
              </Badge>{" "}
              <Time at={each.createdAt} relative />
            </Text>
          </div>
        ))}
      </Stack>
    </Fact>
  );
}
