import { ActionIcon, Badge, Button, Menu, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { Bot, Check, Ellipsis, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import type { Enum } from "../graphql.ts";
import { useErrorNotice } from "../parts/errors.ts";
import { DELETE_TICKET, REQUEST_REPLY, type Ticket, UPDATE_TICKET } from "./documents.ts";

const COLORS: Partial<Record<Enum<"TicketStatus">, string>> = {
  ESCALATED: "orange",
  RESOLVED: "green",
  CLOSED: "gray",
};

export function TicketSubtitle({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("conversation");
  return (
    <>
      <Badge size="sm" variant="dot" tt="none" color={COLORS[ticket.status] ?? "opora"} style={{ flex: "none" }}>
        {t(`status.${ticket.status}`)}
      </Badge>
      <Text size="xs" truncate>
        {t("ticket_number", { id: ticket.id })} · {ticket.assignee?.fullName ?? t("nobody")}
      </Text>
    </>
  );
}

/** What is done most: solved, open again; the rest in a menu. */
export function TicketActions({ ticket, staff }: { ticket: Ticket; staff: boolean }) {
  const { t } = useTranslation("conversation");
  const { me } = useRights();
  const failed = useErrorNotice();
  const [{ fetching }, update] = useMutation(UPDATE_TICKET);
  const change = async (input: Parameters<typeof update>[0]["input"]) => {
    const { error } = await update({ id: ticket.id, input });
    if (error) failed(error);
  };
  const next = ticket.nextStatuses;
  return (
    <>
      {staff && !ticket.assignee && (
        <Button size="xs" variant="default" loading={fetching} onClick={() => void change({ assignedTo: me.id })}>
          {t("take")}
        </Button>
      )}
      {next.includes("RESOLVED") ? (
        <Button
          size="xs"
          variant="light"
          loading={fetching}
          leftSection={<Check size={14} aria-hidden />}
          onClick={() => void change({ status: "RESOLVED" })}
        >
          {t("resolve")}
        </Button>
      ) : (
        next.includes("REOPENED") && (
          <Button size="xs" variant="light" loading={fetching} onClick={() => void change({ status: "REOPENED" })}>
            {t("reopen")}
          </Button>
        )
      )}
      {staff && <TicketMenu ticket={ticket} />}
    </>
  );
}

function TicketMenu({ ticket }: { ticket: Ticket }) {
  const { t } = useTranslation("conversation");
  const { can } = useRights();
  const navigate = useNavigate();
  const failed = useErrorNotice();
  const [, remove] = useMutation(DELETE_TICKET);
  const [, requestReply] = useMutation(REQUEST_REPLY);
  const ask = async () => {
    const { error } = await requestReply({ id: ticket.id });
    if (error) failed(error);
  };
  const confirm = () =>
    modals.openConfirmModal({
      title: t("delete_ticket"),
      children: <Text size="sm">{t("delete_ticket_text")}</Text>,
      labels: { confirm: t("shell:delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: async () => {
        const { error } = await remove({ id: ticket.id });
        if (error) failed(error);
        else navigate("/inbox");
      },
    });
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t("more_actions")}>
          <Ellipsis size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {can("requestReply") && (
          <Menu.Item leftSection={<Bot size={16} aria-hidden />} onClick={() => void ask()}>
            {t("let_assistant")}
          </Menu.Item>
        )}
        {can("deleteTicket") && (
          <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={confirm}>
            {t("delete_ticket")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
