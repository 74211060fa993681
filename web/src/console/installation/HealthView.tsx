import { Alert, Badge, SimpleGrid, Stack, Table, Title } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { StatTile } from "../parts/StatTile.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { HEALTH, type Health } from "./documents.ts";

const EVERY_MS = 15_000;
const COLORS = { HEALTHY: "teal", DEGRADED: "yellow", DOWN: "red" };

/** What Opora itself stands on, as it is now; asked again every few seconds. */
export function HealthView() {
  const [{ data, error, fetching }, again] = useQuery({ query: HEALTH, requestPolicy: "cache-and-network" });
  const look = () => again({ requestPolicy: "network-only" });
  useInterval(look, EVERY_MS, { autoInvoke: true });
  if (!data?.installationHealth) {
    return fetching ? <Loading rows={3} height={112} /> : <ErrorState error={error} onRetry={look} />;
  }
  return <Parts health={data.installationHealth} />;
}

function Parts({ health }: { health: Health }) {
  const { t } = useTranslation("installation");
  const { number, bytes, duration, milliseconds } = useFormat();
  const { database, redis } = health;
  return (
    <Stack>
      <Alert
        color={health.healthy ? "teal" : "red"}
        icon={health.healthy ? <CircleCheck aria-hidden /> : <TriangleAlert aria-hidden />}
        title={t(health.healthy ? "health.good" : "health.bad")}
      />
      <SimpleGrid cols={{ base: 2, md: 3, xl: 5 }} spacing="sm">
        <StatTile label={t("health.uptime")} value={duration(health.uptimeSeconds)} />
        <StatTile label={t("health.processes")} value={number(health.processes)} />
        <StatTile label={t("health.sockets")} value={number(health.openSockets)} />
        <StatTile label={t("health.free")} value={bytes(health.freeBytes)} />
        <StatTile
          label={t("health.database")}
          value={database ? milliseconds(database.responseMs) : t("health.none")}
        />
        {database && (
          <>
            <StatTile
              label={t("health.connections")}
              value={number(database.connections)}
              note={t("health.pool", { size: number(database.poolSize) })}
            />
            <StatTile label={t("health.bots")} value={number(database.activeBots)} />
            <StatTile label={t("health.uploads")} value={bytes(database.uploadBytes)} />
            <StatTile label={t("health.logs")} value={bytes(database.logBytes)} />
          </>
        )}
        <StatTile
          label={t("health.redis")}
          value={redis ? bytes(redis.memoryBytes) : t("health.none")}
          note={redis && t("health.clients", { count: redis.clients })}
        />
      </SimpleGrid>
      <Providers providers={health.aiProviders} />
    </Stack>
  );
}

function Providers({ providers }: { providers: Health["aiProviders"] }) {
  const { t } = useTranslation("installation");
  const { milliseconds, percent } = useFormat();
  if (providers.length === 0) return null;
  return (
    <section aria-labelledby="providers">
      <Title order={2} size="h5" id="providers" mb="xs">
        {t("health.providers")}
      </Title>
      <Table.ScrollContainer
        minWidth={480}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("health.providers") } }}
      >
        <Table className="figures">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("models.name")}</Table.Th>
              <Table.Th>{t("models.state")}</Table.Th>
              <Table.Th ta="right">{t("models.response")}</Table.Th>
              <Table.Th ta="right">{t("models.success")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {providers.map((each) => (
              <Table.Tr key={each.name}>
                <Table.Td>{each.name}</Table.Td>
                <Table.Td>
                  <Badge variant="light" miw="max-content" color={COLORS[each.status]}>
                    {t(`conditions.${each.status}`)}
                  </Badge>
                </Table.Td>
                <Table.Td ta="right">{milliseconds(each.responseMs)}</Table.Td>
                <Table.Td ta="right">{percent(each.successRate / 100)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
