import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Enum } from "../graphql.ts";

const COLORS = { LOW: "gray", NORMAL: "gray", HIGH: "#b8400a", URGENT: "red.9" } as const;

/** How urgent a handoff is; the usual urgency is no news and shows nothing. */
export function PriorityBadge({ priority }: { priority: Enum<"HandoffPriority"> }) {
  const { t } = useTranslation("queue");
  if (priority === "NORMAL") return null;
  return (
    <Badge color={COLORS[priority]} variant={priority === "LOW" ? "default" : "filled"} tt="none">
      {t(`priorities.${priority}`)}
    </Badge>
  );
}
