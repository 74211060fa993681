import { Group, Indicator, Paper, Progress, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Loading } from "../parts/Loading.tsx";
import type { Operator } from "./documents.ts";

const ORDER = ["AVAILABLE", "BUSY", "AWAY", "OFF"] as const;
export const STATUS_COLORS = { AVAILABLE: "teal.6", BUSY: "orange.7", AWAY: "yellow.6", OFF: "gray.5" } as const;

const shownStatus = (operator: Operator) => (operator.online ? operator.status : "OFF");

/** Who answers dialogs: whether they are there, and how many each has. */
export function OperatorsPanel({ operators }: { operators?: Operator[] | null }) {
  const { t } = useTranslation("queue");
  const shown = [...(operators ?? [])].sort(
    (one, other) => ORDER.indexOf(shownStatus(one)) - ORDER.indexOf(shownStatus(other)),
  );
  return (
    <Paper withBorder p="sm" component="section" aria-label={t("operators")}>
      <Title order={2} size="h5" mb="xs">
        {t("operators")}
      </Title>
      {!operators && <Loading rows={2} height={36} />}
      {operators?.length === 0 && <Text size="sm">{t("operators_none")}</Text>}
      <Stack gap="sm">
        {shown.map((operator) => (
          <OperatorLine key={operator.id} operator={operator} />
        ))}
      </Stack>
    </Paper>
  );
}

function OperatorLine({ operator }: { operator: Operator }) {
  const { t } = useTranslation("queue");
  const status = shownStatus(operator);
  const load = { load: operator.load, most: operator.maxCapacity };
  return (
    <div>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Group gap="sm" wrap="nowrap" miw={0} pl={6}>
          <Indicator color={STATUS_COLORS[status]} size={10} position="middle-center" aria-hidden />
          <Text size="sm" truncate>
            {operator.name}
          </Text>
        </Group>
        <Text size="xs" c="dimmed" className="figures" style={{ whiteSpace: "nowrap" }}>
          {t(`statuses.${status}`)} · {t("load", load)}
        </Text>
      </Group>
      <Progress
        mt={4}
        size="xs"
        aria-label={t("load_of", { name: operator.name, ...load })}
        value={Math.min(100, (100 * operator.load) / operator.maxCapacity)}
        color={operator.load >= operator.maxCapacity ? "orange.7" : undefined}
      />
    </div>
  );
}
