import { Badge, Table, Text } from "@mantine/core";
import { useInterval } from "@mantine/hooks";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { Time } from "../parts/Time.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { BACKLOG } from "./documents.ts";

const EVERY_MS = 5_000;

/** Jobs that are not done, by task and state; looked at again every few seconds. */
export function Backlog({ changes }: { changes: number }) {
  const { t } = useTranslation("monitoring");
  const { number } = useFormat();
  const [{ data, error, fetching }, again] = useQuery({ query: BACKLOG, requestPolicy: "cache-and-network" });
  const look = () => again({ requestPolicy: "network-only" });
  useInterval(look, EVERY_MS, { autoInvoke: true });
  useEffect(() => {
    if (changes > 0) again({ requestPolicy: "network-only" });
  }, [changes, again]);
  // What is dead stands below, one by one.
  const rows = data?.jobBacklog?.filter((row) => row.state !== "DEAD");
  if (!rows) return fetching ? <Loading rows={1} height={24} /> : <ErrorState error={error} onRetry={look} />;
  if (rows.length === 0)
    return (
      <Text c="dimmed" size="sm" mih={24}>
        {t("jobs.all_done")}
      </Text>
    );
  return (
    <Table.ScrollContainer
      minWidth={520}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("jobs.backlog") } }}
    >
      <Table className="figures">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("jobs.task")}</Table.Th>
            <Table.Th>{t("jobs.state")}</Table.Th>
            <Table.Th ta="right">{t("jobs.count")}</Table.Th>
            <Table.Th ta="right">{t("jobs.attempts")}</Table.Th>
            <Table.Th>{t("jobs.oldest")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={`${row.task} ${row.state}`}>
              <Table.Td>{row.task}</Table.Td>
              <Table.Td>
                <Badge variant="light" miw="max-content" color={row.state === "RUNNING" ? "teal" : "gray"}>
                  {t(`states.${row.state}`)}
                </Badge>
              </Table.Td>
              <Table.Td ta="right">{number(row.count)}</Table.Td>
              <Table.Td ta="right">{number(row.attempts)}</Table.Td>
              <Table.Td>
                <Time at={row.oldestAt} relative />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
