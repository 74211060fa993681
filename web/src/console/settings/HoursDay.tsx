import { ActionIcon, Button, Group, Stack, Text } from "@mantine/core";
import { TimePicker } from "@mantine/dates";
import dayjs from "dayjs";
import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import classes from "./HoursDay.module.css";
import { faultOf, MOST_SPANS, nextSpan, type Span } from "./hours.ts";

interface HoursDayProps {
  weekday: number;
  day: Span[];
  onChange: (day: Span[]) => void;
}

/** The hours of one weekday: any number of spans, or a day off. */
export function HoursDay({ weekday, day, onChange }: HoursDayProps) {
  const { t, i18n } = useTranslation("settings");
  // Not every browser's Intl knows Kazakh.
  const name = dayjs()
    .locale(i18n.language)
    .day((weekday + 1) % 7)
    .format("dddd");
  const fault = faultOf(day);
  const change = (at: number, changes: Partial<Span>) =>
    onChange(day.map((span, other) => (other === at ? { ...span, ...changes } : span)));
  return (
    <fieldset className={classes.day} aria-label={name}>
      <Text size="sm" fw={500} className={classes.name}>
        {name}
      </Text>
      <Stack gap={6} className={classes.spans}>
        {day.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("hours.day_off")}
          </Text>
        )}
        {day.map((span, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: spans have nothing else while they are typed
          <Group key={at} gap="xs" wrap="nowrap">
            <Clock label={t("hours.from")} value={span.opens} onChange={(opens) => change(at, { opens })} />
            <span aria-hidden>–</span>
            <Clock label={t("hours.to")} value={span.closes} onChange={(closes) => change(at, { closes })} />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t("hours.remove")}
              onClick={() => onChange(day.filter((_, other) => other !== at))}
            >
              <X size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
        {fault && (
          <Text size="sm" c="red" role="alert">
            {t(`hours.faults.${fault}`)}
          </Text>
        )}
      </Stack>
      <Button
        variant="subtle"
        size="compact-sm"
        className={classes.add}
        leftSection={<Plus size={14} aria-hidden />}
        disabled={day.length >= MOST_SPANS}
        onClick={() => onChange([...day, nextSpan(day)])}
      >
        {t("hours.add")}
      </Button>
    </fieldset>
  );
}

/** A time of day on the 24-hour clock, whatever the browser's own language is. */
function Clock({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation("settings");
  return (
    <TimePicker
      format="24h"
      aria-label={label}
      hoursInputLabel={t("hours.hours_of", { label })}
      minutesInputLabel={t("hours.minutes_of", { label })}
      value={value}
      onChange={onChange}
      w={84}
    />
  );
}
