import { Badge, Table, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/useFormat.ts";
import type { Models } from "./documents.ts";

const COLORS = { HEALTHY: "teal", DEGRADED: "yellow", DOWN: "red" };

/** How the parts of the pool do. */
export function Pools({ pools }: { pools: NonNullable<Models["aiPools"]> }) {
  const { t } = useTranslation("installation");
  const { number, percent, milliseconds } = useFormat();
  if (pools.length === 0) return null;
  return (
    <section aria-labelledby="pools">
      <Title order={2} size="h5" id="pools" mb="xs">
        {t("pools.title")}
      </Title>
      <Table.ScrollContainer
        minWidth={680}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("pools.title") } }}
      >
        <Table className="figures">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("models.name")}</Table.Th>
              <Table.Th>{t("models.state")}</Table.Th>
              <Table.Th ta="right">{t("pools.tokens")}</Table.Th>
              <Table.Th ta="right">{t("pools.requests")}</Table.Th>
              <Table.Th ta="right">{t("models.success")}</Table.Th>
              <Table.Th ta="right">{t("models.response")}</Table.Th>
              <Table.Th>{t("pools.load")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pools.map((pool) => (
              <Table.Tr key={pool.poolId}>
                <Table.Td>{pool.poolId}</Table.Td>
                <Table.Td>
                  <Badge variant="light" miw="max-content" color={COLORS[pool.status]}>
                    {t(`conditions.${pool.status}`)}
                  </Badge>
                </Table.Td>
                <Table.Td ta="right">{number(pool.activeTokens)}</Table.Td>
                <Table.Td ta="right">{number(pool.totalRequests)}</Table.Td>
                <Table.Td ta="right">{percent(pool.successRate / 100)}</Table.Td>
                <Table.Td ta="right">{milliseconds(pool.avgResponseTime)}</Table.Td>
                <Table.Td>{t(`loads.${pool.currentLoad}`)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
