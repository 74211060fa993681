import { ActionIcon, Badge, Button, Code, Stack, Table, Text, Tooltip } from "@mantine/core";
import { ChevronDown, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useErrorNotice } from "../../parts/errors.ts";
import { Time } from "../../parts/Time.tsx";
import { type Delivery, REPLAY } from "./documents.ts";
import { useAnswerText } from "./useAnswerText.ts";
import { useEventName } from "./useEventName.ts";

const COLORS = { PENDING: "yellow", DELIVERED: undefined, FAILED: "red" } as const;
const COLUMNS = ["event", "state", "answer", "time"] as const;

/** What an endpoint was sent and what it said to it; a row opens to its body and attempts. */
export function DeliveryTable({ rows, onChange }: { rows: Delivery[]; onChange: () => void }) {
  const { t } = useTranslation("settings");
  return (
    <Table.ScrollContainer minWidth={620} tabIndex={0}>
      <Table highlightOnHover verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            {COLUMNS.map((column) => (
              <Table.Th key={column}>{t(`webhooks.columns.${column}`)}</Table.Th>
            ))}
            <Table.Th aria-label={t("webhooks.actions")} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <DeliveryRow key={row.id} row={row} onChange={onChange} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function DeliveryRow({ row, onChange }: { row: Delivery; onChange: () => void }) {
  const { t } = useTranslation("settings");
  const failed = useErrorNotice();
  const eventName = useEventName();
  const answerText = useAnswerText();
  const [opened, setOpened] = useState(false);
  const [{ fetching }, replay] = useMutation(REPLAY);
  const last = row.attempts.at(-1);
  const again = async () => {
    const { error } = await replay({ id: row.id });
    if (error) failed(error);
    onChange();
  };
  return (
    <>
      <Table.Tr>
        <Table.Td>
          <Button
            variant="transparent"
            size="compact-sm"
            px={0}
            aria-expanded={opened}
            rightSection={<ChevronDown size={14} aria-hidden />}
            onClick={() => setOpened(!opened)}
          >
            {eventName(row.event)}
          </Button>
        </Table.Td>
        <Table.Td>
          <Badge miw="fit-content" variant={row.state === "DELIVERED" ? "light" : "filled"} color={COLORS[row.state]}>
            {t(`webhooks.outcome.${row.state}`)}
          </Badge>
        </Table.Td>
        <Table.Td className="figures">{last ? answerText(last) : "–"}</Table.Td>
        <Table.Td>
          <Time at={row.createdAt} />
        </Table.Td>
        <Table.Td>
          <Tooltip label={t("webhooks.send_again")}>
            <ActionIcon
              variant="subtle"
              loading={fetching}
              aria-label={t("webhooks.send_again")}
              onClick={() => void again()}
            >
              <RotateCcw size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Table.Td>
      </Table.Tr>
      {opened && <Details row={row} />}
    </>
  );
}

function Details({ row }: { row: Delivery }) {
  const { t } = useTranslation("settings");
  const answerText = useAnswerText();
  return (
    <Table.Tr>
      <Table.Td colSpan={COLUMNS.length + 1}>
        <Stack gap="sm" pb="sm">
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            webhook-id: <Code>{row.webhookId}</Code>
          </Text>
          <Code block mah={280} tabIndex={0} style={{ overflow: "auto" }}>
            {JSON.stringify(row.body, null, 2)}
          </Code>
          {row.attempts.map((attempt) => (
            <div key={attempt.at}>
              <Text size="sm" className="figures">
                <Time at={attempt.at} /> · {answerText(attempt)}
              </Text>
              {attempt.excerpt && (
                <Code block mah={160} tabIndex={0} style={{ overflow: "auto", whiteSpace: "pre-wrap" }}>
                  {attempt.excerpt}
                </Code>
              )}
            </div>
          ))}
          {row.nextAt && (
            <Text size="sm">
              {t("webhooks.next_at")} <Time at={row.nextAt} />
            </Text>
          )}
        </Stack>
      </Table.Td>
    </Table.Tr>
  );
}
