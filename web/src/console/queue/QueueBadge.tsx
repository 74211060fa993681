import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useQueueAlerts } from "./alerts.ts";
import { useQueue, useQueueMoves } from "./useQueue.ts";

/** How many wait, beside the name of the queue. Stands on every screen, so it is also what tells of newcomers. */
export function QueueBadge() {
  const { t } = useTranslation("queue");
  const { queue, read } = useQueue();
  useQueueMoves(read);
  useQueueAlerts(queue?.waiting);
  if (!queue?.total) return null;
  return (
    <Badge size="sm" circle={queue.total < 10} color="red.9" aria-label={t("waiting_count", { count: queue.total })}>
      {queue.total > 99 ? "99+" : queue.total}
    </Badge>
  );
}
