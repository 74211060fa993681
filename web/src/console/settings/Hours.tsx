import { Badge, Button, Group, Select, Stack, Switch, Text } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Time } from "../parts/Time.tsx";
import type { CompanySettings } from "./documents.ts";
import { HoursDay } from "./HoursDay.tsx";
import { draftOf, faultOf, type HoursDraft, inputOf } from "./hours.ts";
import { Section } from "./Section.tsx";
import { useChange } from "./useChange.ts";

const ZONES = Intl.supportedValuesOf("timeZone");

/** When people work; at other times customers who ask for one are told when somebody is back. */
export function Hours({ company }: { company: CompanySettings }) {
  const { t } = useTranslation("settings");
  const { save, saving } = useChange();
  const [limited, setLimited] = useState(company.hours !== null);
  const [draft, setDraft] = useState<HoursDraft>(() => draftOf(company.hours));
  const wrong = limited && draft.week.some((day) => faultOf(day) !== null);
  const changed = limited
    ? company.hours === null || JSON.stringify(draft) !== JSON.stringify(draftOf(company.hours))
    : company.hours !== null;
  return (
    <Section title={t("hours.title")} text={t("hours.text")}>
      <Stack gap="lg">
        <Group justify="space-between">
          <Switch
            label={t("hours.limited")}
            checked={limited}
            onChange={(event) => setLimited(event.currentTarget.checked)}
          />
          <Now hours={company.hours} />
        </Group>
        {limited && <Week draft={draft} onChange={setDraft} />}
        <Group justify="flex-end">
          <Button
            loading={saving}
            disabled={!changed || wrong}
            onClick={() => void save({ hours: limited ? inputOf(draft) : null })}
          >
            {t("shell:save")}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

function Now({ hours }: { hours: CompanySettings["hours"] }) {
  const { t } = useTranslation("settings");
  if (hours === null || hours.openNow) {
    return <Badge variant="light">{t(hours === null ? "hours.always" : "hours.open_now")}</Badge>;
  }
  return (
    <Group gap="xs">
      <Badge variant="default">{t("hours.closed_now")}</Badge>
      {hours.opensAt && (
        <Text size="sm" c="dimmed">
          {t("hours.opens")} <Time at={hours.opensAt} />
        </Text>
      )}
    </Group>
  );
}

function Week({ draft, onChange }: { draft: HoursDraft; onChange: (draft: HoursDraft) => void }) {
  const { t, i18n } = useTranslation("settings");
  const set = (changes: Partial<HoursDraft>) => onChange({ ...draft, ...changes });
  const copyMonday = () => set({ week: draft.week.map((day, at) => (at < 5 ? (draft.week[0] ?? []) : day)) });
  return (
    <Stack gap="md">
      <Select
        label={t("hours.zone")}
        data={ZONES.includes(draft.timeZone) ? ZONES : [draft.timeZone, ...ZONES]}
        value={draft.timeZone}
        onChange={(timeZone) => timeZone && set({ timeZone })}
        searchable
        allowDeselect={false}
        limit={60}
        maw={340}
      />
      <Stack gap={0} role="group" aria-label={t("hours.week")}>
        {draft.week.map((day, at) => (
          <HoursDay
            // biome-ignore lint/suspicious/noArrayIndexKey: a day of the week is its place
            key={at}
            weekday={at}
            day={day}
            onChange={(changed) => set({ week: draft.week.map((each, other) => (other === at ? changed : each)) })}
          />
        ))}
      </Stack>
      <Button
        variant="subtle"
        size="compact-sm"
        h="auto"
        py={4}
        onClick={copyMonday}
        style={{ alignSelf: "flex-start" }}
        styles={{ label: { whiteSpace: "normal", textAlign: "start" } }}
      >
        {t("hours.copy_monday")}
      </Button>
      <DatePickerInput
        type="multiple"
        label={t("hours.days_off")}
        description={t("hours.days_off_text")}
        placeholder={t("hours.none")}
        locale={i18n.language}
        valueFormat="DD.MM.YYYY"
        value={draft.daysOff}
        onChange={(daysOff) => set({ daysOff })}
        clearable
        maw={520}
      />
    </Stack>
  );
}
