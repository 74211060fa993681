import { Badge, Button, Group, Paper, Stack, Text, ThemeIcon, Tooltip } from "@mantine/core";
import { Bot, Globe, Send, Timer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useRights } from "../allowed.tsx";
import { DANGER_TEXT, WARNING_TEXT } from "../parts/colors.ts";
import { Duration, useSecondsSince } from "./Duration.tsx";
import type { Waiting } from "./documents.ts";
import { urgencyOf } from "./duration.ts";
import { PriorityBadge } from "./PriorityBadge.tsx";
import { useReasonText } from "./reasons.ts";

interface WaitingRowProps {
  row: Waiting;
  taking: boolean;
  onTake: () => void;
  onLook: () => void;
}

const COLORS = {
  fine: "dimmed",
  soon: WARNING_TEXT,
  late: DANGER_TEXT,
} as const;

/** A dialog that waits: its place, who asks for what, and for how long. */
export function WaitingRow({ row, taking, onTake, onLook }: WaitingRowProps) {
  const { t } = useTranslation("queue");
  const name = row.customerName || t("nameless", { id: row.dialogId });
  return (
    <Paper withBorder p="sm" component="li" aria-label={name}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <ThemeIcon variant="light" radius="xl" size={36} className="figures" role="img" aria-label={t("place", row)}>
          {row.position}
        </ThemeIcon>
        <Stack gap={6} flex={1} miw={0}>
          <Group gap="xs" justify="space-between">
            <Group gap={6}>
              <PlatformIcon platform={row.platform} />
              <Text fw={600}>{name}</Text>
              <Labels row={row} />
            </Group>
            <Wait row={row} />
          </Group>
          <Text size="sm" lineClamp={2} className="prose">
            {row.lastMessage || t("no_words")}
          </Text>
          <Group justify="space-between" gap="xs">
            <Group gap={4} c="dimmed">
              <Bot size={14} aria-hidden />
              <Text size="xs">{row.assistantName}</Text>
            </Group>
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={onLook}>
                {t("look")}
              </Button>
              <Button size="xs" loading={taking} onClick={onTake}>
                {t("take")}
              </Button>
            </Group>
          </Group>
        </Stack>
      </Group>
    </Paper>
  );
}

export function PlatformIcon({ platform }: { platform: Waiting["platform"] }) {
  const { t } = useTranslation("queue");
  const Icon = platform === "TELEGRAM" ? Send : Globe;
  return <Icon size={16} aria-label={t(`platforms.${platform}`)} role="img" />;
}

function Labels({ row }: { row: Waiting }) {
  const { t } = useTranslation("queue");
  const { me } = useRights();
  const reason = useReasonText();
  return (
    <>
      <PriorityBadge priority={row.priority} />
      <Badge variant="default" tt="none" fw={500}>
        {reason(row.reason)}
      </Badge>
      {row.offeredToId === me.id && <Badge tt="none">{t("offered")}</Badge>}
    </>
  );
}

function Wait({ row }: { row: Waiting }) {
  const { t } = useTranslation("queue");
  const waited = useSecondsSince(row.requestedAt);
  const urgency = urgencyOf(waited, row.estimatedWaitSeconds);
  return (
    <Tooltip label={t("wait_hint")}>
      <Group gap={4} wrap="nowrap" c={COLORS[urgency]}>
        <Timer size={14} aria-hidden style={{ flexShrink: 0 }} />
        <Text size="sm">
          <Text span inherit fw={urgency === "fine" ? 400 : 600}>
            {t("waits")} <Duration seconds={waited} />
          </Text>{" "}
          <Text span inherit c="dimmed">
            · {t("expected")} <Duration seconds={row.estimatedWaitSeconds} />
          </Text>
        </Text>
      </Group>
    </Tooltip>
  );
}
