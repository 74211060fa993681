import { Button, Indicator, NumberInput, Popover, Stack, Switch, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { modals } from "@mantine/modals";
import { ChevronDown } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRights } from "../allowed.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { chime, mayNotify, noticesPossible } from "./alerts.ts";
import type { Operator } from "./documents.ts";
import { type Duty, type OperatorStatus, useDuty, useHeartbeat, useOperatorPresence } from "./duty.ts";
import { STATUS_COLORS } from "./OperatorsPanel.tsx";
import { ServedAssistants } from "./ServedAssistants.tsx";
import { useOperators } from "./useQueue.ts";

const CHOICES = ["AVAILABLE", "BUSY", "AWAY", null] as const;
const MOST_CAPACITY = 1000;

/** Whether the person is on duty, in the header of every screen; while they are, this is what says so to the server. */
export function DutyMenu() {
  const { t } = useTranslation("queue");
  useOperatorPresence();
  const [duty, setDuty] = useDuty();
  const [opened, panel] = useDisclosure();
  const status = duty.status ?? "OFF";
  return (
    <Popover
      opened={opened}
      onChange={(open) => (open ? panel.open() : panel.close())}
      width={300}
      position="bottom-end"
      withinPortal
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          variant="default"
          px="sm"
          onClick={panel.toggle}
          leftSection={<Indicator color={STATUS_COLORS[status]} size={10} position="middle-center" ml={4} />}
          rightSection={<ChevronDown size={14} aria-hidden />}
          aria-label={t("duty_is", { status: t(`statuses.${status}`) })}
        >
          <Text size="sm" visibleFrom="sm">
            {t(`statuses.${status}`)}
          </Text>
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <DutyPanel duty={duty} setDuty={setDuty} onLeave={panel.close} />
      </Popover.Dropdown>
    </Popover>
  );
}

interface DutyPanelProps {
  duty: Duty;
  setDuty: (change: Partial<Duty>) => void;
  /** A question opens over the page: the panel makes room. */
  onLeave: () => void;
}

function DutyPanel({ duty, setDuty, onLeave }: DutyPanelProps) {
  const { t } = useTranslation("queue");
  const { me } = useRights();
  const { operators, read } = useOperators();
  const own = operators?.find((each) => each.id === me.id);
  const change = useChange(own, { setDuty, read, onLeave });
  return (
    <Stack gap="sm">
      <Text fw={600} size="sm">
        {t("duty")}
      </Text>
      <Stack gap={4} role="radiogroup" aria-label={t("duty")}>
        {CHOICES.map((choice) => (
          <Button
            key={choice ?? "OFF"}
            size="xs"
            justify="flex-start"
            variant={duty.status === choice ? "light" : "subtle"}
            color={duty.status === choice ? undefined : "gray"}
            role="radio"
            aria-checked={duty.status === choice}
            leftSection={<Indicator color={STATUS_COLORS[choice ?? "OFF"]} size={10} position="middle-center" m={6} />}
            onClick={() => void change.status(choice)}
          >
            {t(`statuses.${choice ?? "OFF"}`)}
          </Button>
        ))}
      </Stack>
      <Text size="xs" c="dimmed">
        {t(duty.status === null ? "off_duty_text" : "on_duty_text")}
      </Text>
      {duty.status !== null && own && <Limits own={own} status={duty.status} />}
      <AlertSwitches duty={duty} setDuty={setDuty} />
    </Stack>
  );
}

interface ChangeTools extends Pick<DutyPanelProps, "setDuty" | "onLeave"> {
  read: () => void;
}

function useChange(own: Operator | undefined, { setDuty, onLeave, read }: ChangeTools) {
  const { t } = useTranslation("queue");
  const notice = useErrorNotice();
  const send = useHeartbeat();
  const set = async (status: OperatorStatus | null) => {
    // Who goes is away at once, and offline when the beats have stopped for a minute.
    const { error } = await send(status ?? "AWAY");
    if (error) return notice(error);
    setDuty({ status });
    read();
  };
  const status = (wanted: OperatorStatus | null) => {
    if (wanted !== null || !own?.load) return set(wanted);
    onLeave();
    modals.openConfirmModal({
      title: t("leave_title"),
      children: <Text size="sm">{t("leave_text", { count: own.load })}</Text>,
      labels: { confirm: t("leave"), cancel: t("shell:cancel") },
      onConfirm: () => void set(null),
    });
  };
  return { status };
}

function Limits({ own, status }: { own: Operator; status: OperatorStatus }) {
  const { t } = useTranslation("queue");
  const notice = useErrorNotice();
  const send = useHeartbeat();
  const [wanted, setWanted] = useState<number | string>(own.maxCapacity);
  const keep = async () => {
    if (typeof wanted !== "number" || wanted === own.maxCapacity) return;
    const { error } = await send(status, { maxCapacity: wanted });
    if (error) notice(error);
  };
  return (
    <>
      <NumberInput
        size="xs"
        label={t("capacity")}
        description={t("capacity_now", { count: own.load })}
        min={1}
        max={MOST_CAPACITY}
        clampBehavior="strict"
        allowDecimal={false}
        value={wanted}
        onChange={setWanted}
        onBlur={() => void keep()}
        onKeyDown={(event) => event.key === "Enter" && void keep()}
      />
      <ServedAssistants own={own} status={status} />
    </>
  );
}

function AlertSwitches({ duty, setDuty }: Pick<DutyPanelProps, "duty" | "setDuty">) {
  const { t } = useTranslation("queue");
  const sound = (on: boolean) => {
    setDuty({ sound: on });
    // Heard at once, so that one knows what to listen for; also what lets the browser play it later.
    if (on) void chime();
  };
  const possible = noticesPossible();
  return (
    <>
      <Switch
        size="sm"
        label={t("sound")}
        checked={duty.sound}
        onChange={(event) => sound(event.currentTarget.checked)}
      />
      <Switch
        size="sm"
        label={t("notices")}
        description={possible ? undefined : t("notices_denied")}
        disabled={!possible}
        checked={duty.notices && possible}
        onChange={async (event) => {
          const on = event.currentTarget.checked;
          setDuty({ notices: on && (await mayNotify()) });
        }}
      />
    </>
  );
}
