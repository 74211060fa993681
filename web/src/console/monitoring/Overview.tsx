import { SimpleGrid, Skeleton, Stack } from "@mantine/core";
import { Activity } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { codeOf } from "../parts/errors.ts";
import { StatTile } from "../parts/StatTile.tsx";
import { Time } from "../parts/Time.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { HEALTH, type Health } from "./documents.ts";
import { MetricsChart } from "./MetricsChart.tsx";
import { UsageTile } from "./UsageTile.tsx";

/** The latest sample, which follows by itself, and how it went before. */
export function Overview({ sampled, changes }: { sampled: Health | null; changes: number }) {
  const { t } = useTranslation("monitoring");
  const [{ data, error, fetching }, again] = useQuery({ query: HEALTH, requestPolicy: "cache-and-network" });
  useEffect(() => {
    if (changes > 0) again({ requestPolicy: "network-only" });
  }, [changes, again]);
  const health = sampled ?? data?.systemHealth;
  if (!health) {
    if (fetching) return <Skeleton height={480} radius="md" />;
    if (codeOf(error) === "SERVICE_UNAVAILABLE") {
      return <EmptyState icon={Activity} title={t("overview.empty")} text={t("overview.empty_text")} />;
    }
    return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  }
  return (
    <Stack>
      <Tiles health={health} />
      <MetricsChart latest={sampled} />
    </Stack>
  );
}

function Tiles({ health }: { health: Health }) {
  const { t } = useTranslation("monitoring");
  const { number, duration } = useFormat();
  return (
    <SimpleGrid cols={{ base: 2, md: 3, xl: 6 }} spacing="sm">
      <UsageTile label={t("metrics.CPU")} percent={health.cpuUsage} />
      <UsageTile label={t("metrics.MEMORY")} percent={health.memoryUsage} />
      <UsageTile label={t("metrics.DISK")} percent={health.diskUsage} />
      <StatTile label={t("overview.alerts")} value={number(health.activeAlerts)} />
      <StatTile label={t("overview.open_tickets")} value={number(health.openTickets)} />
      <StatTile
        label={t("overview.uptime")}
        value={duration(health.uptimeHours * 3600)}
        note={
          <span>
            {health.host}, <Time at={health.takenAt} relative />
          </span>
        }
      />
    </SimpleGrid>
  );
}
