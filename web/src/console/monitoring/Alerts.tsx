import { Badge, SegmentedControl, Table, Text } from "@mantine/core";
import { BellRing } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { apiLanguage } from "../parts/apiLanguage.ts";
import { EmptyState } from "../parts/EmptyState.tsx";
import { PagedList } from "../parts/PagedList.tsx";
import { Time } from "../parts/Time.tsx";
import { usePages } from "../parts/usePages.ts";
import { ALERTS, type Alert } from "./documents.ts";

const CHOICES = ["all", "open", "closed"] as const;
const OPEN = { all: null, open: true, closed: false };
type Choice = (typeof CHOICES)[number];

/** What was reported of the machine; alerts close by themselves when its load is normal again. */
export function Alerts({ changes }: { changes: number }) {
  const { t, i18n } = useTranslation("monitoring");
  const [choice, setChoice] = useState<Choice>("all");
  const variables = { open: OPEN[choice], language: apiLanguage(i18n.language) };
  const pages = usePages(ALERTS, variables, (data) => data.alerts);
  const refresh = useEffectEvent(pages.reload);
  useEffect(() => {
    if (changes > 0) refresh();
  }, [changes]);
  return (
    <>
      <SegmentedControl
        mb="sm"
        aria-label={t("alerts.which")}
        value={choice}
        onChange={(next) => setChoice(next as Choice)}
        data={CHOICES.map((each) => ({ value: each, label: t(`alerts.${each}`) }))}
      />
      <PagedList
        pages={pages}
        empty={<EmptyState icon={BellRing} title={t("alerts.empty")} text={t("alerts.empty_text")} />}
      >
        {(rows) => <AlertTable alerts={rows} />}
      </PagedList>
    </>
  );
}

function AlertTable({ alerts }: { alerts: Alert[] }) {
  const { t } = useTranslation("monitoring");
  return (
    <Table.ScrollContainer
      minWidth={620}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("alerts.title") } }}
    >
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("alerts.severity")}</Table.Th>
            <Table.Th>{t("alerts.message")}</Table.Th>
            <Table.Th>{t("alerts.opened")}</Table.Th>
            <Table.Th>{t("alerts.closed_at")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {alerts.map((alert) => (
            <Table.Tr key={alert.id}>
              <Table.Td>
                <Badge variant="light" miw="max-content" color={alert.severity === "CRITICAL" ? "red" : "yellow"}>
                  {t(`severities.${alert.severity}`)}
                </Badge>
              </Table.Td>
              <Table.Td>
                {alert.message}
                <Text size="xs" c="dimmed">
                  {alert.host} · {t(`metrics.${alert.metric}`)}
                </Text>
              </Table.Td>
              <Table.Td>
                <Time at={alert.openedAt} />
              </Table.Td>
              <Table.Td>{alert.closedAt ? <Time at={alert.closedAt} /> : t("alerts.still_open")}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
