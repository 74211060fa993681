import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Enum } from "../graphql.ts";

type Status = Enum<"TicketStatus">;
const COLORS: Partial<Record<Status, string>> = {
  RESOLVED: "teal",
  CLOSED: "gray",
  CANCELLED: "gray",
  ESCALATED: "yellow",
};

export function StatusBadge({ status }: { status: Status }) {
  const { t } = useTranslation("support");
  return (
    <Badge variant="light" miw="max-content" color={COLORS[status] ?? "blue"}>
      {t(`statuses.${status}`)}
    </Badge>
  );
}
