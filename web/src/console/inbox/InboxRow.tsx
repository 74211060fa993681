import { Avatar, Badge, Checkbox, Group, Text, Tooltip } from "@mantine/core";
import { Globe, Headset, type LucideIcon, Send, Ticket as TicketIcon } from "lucide-react";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Path, Link as RouterLink, useLocation } from "react-router";
import { useRights } from "../allowed.tsx";
import { useCategoryName } from "../categories/useCategoryWords.ts";
import { Time } from "../parts/Time.tsx";
import { STATUS_COLORS } from "./colors.ts";
import type { InboxEntry, InboxItem } from "./documents.ts";

interface InboxRowProps {
  entry: InboxEntry;
  to: Pick<Path, "pathname" | "search">;
  selected: boolean;
  onSelect?: () => void;
}

/** One conversation: who, about what, what was said last, and where it stands. */
export const InboxRow = memo(function InboxRow({ entry, to, selected, onSelect }: InboxRowProps) {
  const { t } = useTranslation("inbox");
  const item = entry.node;
  const name = useName(item);
  const current = useLocation().pathname === to.pathname;
  const staff = useRights().can("inboxCounts");
  const waits = staff && lastMessage(item)?.authorKind === "CUSTOMER";
  return (
    <li className="inbox-entry" data-selected={selected || undefined} data-current={current || undefined}>
      {onSelect && (
        <Checkbox
          size="xs"
          className="inbox-check"
          checked={selected}
          onChange={onSelect}
          aria-label={t("select_entry", { name, id: item.id })}
        />
      )}
      <RouterLink to={to} className="inbox-link" data-id={item.id} aria-current={current || undefined}>
        <Group gap={6} wrap="nowrap">
          <KindIcon item={item} />
          <Text size="sm" fw={600} truncate flex={1}>
            {name}
          </Text>
          {waits && <span className="inbox-waits" role="img" aria-label={t("customer_waits")} />}
          <Text size="xs" className="inbox-faint figures">
            <Time at={item.activeAt} relative />
          </Text>
        </Group>
        {staff && item.ticket && (
          <Text size="sm" truncate>
            {item.ticket.title}
          </Text>
        )}
        <Excerpt entry={entry} />
        <Group gap={6} mt={4} wrap="nowrap" mih={20}>
          <Marks item={item} />
        </Group>
      </RouterLink>
    </li>
  );
});

const lastMessage = (item: InboxItem) => (item.ticket ?? item.dialog)?.lastMessage ?? null;

function useName(item: InboxItem): string {
  const { t } = useTranslation("inbox");
  const staff = useRights().can("inboxCounts");
  // A customer's tickets are all by one person: their titles tell them apart.
  if (item.ticket && !staff) return item.ticket.title;
  if (item.ticket) return item.ticket.author?.fullName || item.ticket.author?.email || t("unknown");
  const names = [item.dialog?.firstName, item.dialog?.lastName].filter(Boolean).join(" ");
  const handle = item.dialog?.telegramUsername;
  return names || (handle ? `@${handle}` : t("visitor", { id: item.id }));
}

function KindIcon({ item }: { item: InboxItem }) {
  const { t } = useTranslation("inbox");
  const kind = item.dialog ? item.dialog.platform : "TICKET";
  const icons: Record<typeof kind, LucideIcon> = { TICKET: TicketIcon, WEBSITE: Globe, TELEGRAM: Send };
  const Icon = icons[kind];
  return <Icon size={15} className="inbox-faint" style={{ flex: "none" }} role="img" aria-label={t(`kind.${kind}`)} />;
}

function Excerpt({ entry }: { entry: InboxEntry }) {
  const { t } = useTranslation("inbox");
  if (entry.snippet)
    return (
      <Text size="xs" lineClamp={2} className="inbox-faint">
        {entry.snippet.map((part, place) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have nothing but their place
          part.matched ? <mark key={place}>{part.text}</mark> : <span key={place}>{part.text}</span>,
        )}
      </Text>
    );
  const message = lastMessage(entry.node);
  if (!message)
    return (
      <Text size="xs" truncate className="inbox-faint">
        {t("nothing_said")}
      </Text>
    );
  const prefix = message.internal ? t("note") : message.authorKind === "CUSTOMER" ? "" : t(`by.${message.authorKind}`);
  return (
    <Text size="xs" truncate className="inbox-faint">
      {prefix && <b>{prefix}: </b>}
      {message.excerpt}
    </Text>
  );
}

function Mark({ color, children }: { color: string; children: ReactNode }) {
  return (
    <Badge size="sm" variant="light" color={color} tt="none" fw={500} className="inbox-mark">
      {children}
    </Badge>
  );
}

function Marks({ item }: { item: InboxItem }) {
  const { t } = useTranslation("inbox");
  const nameOf = useCategoryName();
  if (item.dialog) return <DialogMarks dialog={item.dialog} />;
  const ticket = item.ticket;
  if (!ticket) return <Mark color="gray">{t("gone")}</Mark>;
  const urgent = ticket.priority === "CRITICAL" || ticket.priority === "HIGH";
  return (
    <>
      <Mark color={STATUS_COLORS[ticket.status]}>{t(`status.${ticket.status}`)}</Mark>
      {urgent && (
        <Mark color={ticket.priority === "CRITICAL" ? "red" : "orange"}>{t(`priority.${ticket.priority}`)}</Mark>
      )}
      {ticket.category && (
        <Text size="xs" truncate className="inbox-faint" flex={1}>
          {nameOf(ticket.category)}
        </Text>
      )}
      {ticket.assignee && (
        <Tooltip label={t("assigned_to", { name: ticket.assignee.fullName })}>
          <Avatar
            ml="auto"
            size={20}
            name={ticket.assignee.fullName}
            color="initials"
            variant="filled"
            role="img"
            aria-label={t("assigned_to", { name: ticket.assignee.fullName })}
          />
        </Tooltip>
      )}
    </>
  );
}

function DialogMarks({ dialog }: { dialog: NonNullable<InboxItem["dialog"]> }) {
  const { t } = useTranslation("inbox");
  const colors = { NONE: "violet", REQUESTED: "orange", ACTIVE: "opora", RELEASED: "gray" } as const;
  const archived = dialog.status === "ARCHIVED";
  return (
    <>
      <Mark color={archived ? "gray" : colors[dialog.handoffStatus]}>
        {t(archived ? "archived" : `handoff.${dialog.handoffStatus}`)}
      </Mark>
      <Text size="xs" truncate className="inbox-faint" flex={1}>
        {dialog.assistant.name}
      </Text>
      {dialog.handoffStatus === "ACTIVE" && dialog.handoff?.operatorName && (
        <Group gap={4} wrap="nowrap" className="inbox-faint">
          <Headset size={13} aria-hidden />
          <Text size="xs" truncate>
            {dialog.handoff.operatorName}
          </Text>
        </Group>
      )}
    </>
  );
}
