import { SegmentedControl } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import dayjs from "dayjs";
import { CalendarDays } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { between, lastDays, PRESETS, type Span } from "./period.ts";

/** The last days by one click, or any days from a calendar. */
export function PeriodPicker({ onChange }: { onChange: (span: Span) => void }) {
  const { t, i18n } = useTranslation("statistics");
  const [preset, setPreset] = useState<string>("30");
  const [range, setRange] = useState<[string | null, string | null]>([null, null]);
  const choose = (days: string) => {
    setPreset(days);
    setRange([null, null]);
    onChange(lastDays(Number(days)));
  };
  const pick = (picked: [string | null, string | null]) => {
    setRange(picked);
    const [first, last] = picked;
    if (!first || !last) return;
    setPreset("");
    onChange(between(first, last));
  };
  return (
    <>
      <SegmentedControl
        aria-label={t("period")}
        value={preset}
        onChange={choose}
        data={PRESETS.map((days) => ({ value: days, label: t(`last.${days}`) }))}
      />
      <DatePickerInput
        type="range"
        aria-label={t("own_period")}
        placeholder={t("own_period")}
        value={range}
        onChange={pick}
        locale={i18n.language}
        firstDayOfWeek={1}
        valueFormat="D MMM YYYY"
        maxDate={dayjs().format("YYYY-MM-DD")}
        leftSection={<CalendarDays size={16} aria-hidden />}
        w={250}
        popoverProps={{ withinPortal: true }}
      />
    </>
  );
}
