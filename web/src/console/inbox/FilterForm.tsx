import { Button, Checkbox, Group, MultiSelect, Select, Stack } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { useTranslation } from "react-i18next";
import type { InboxFilter } from "./documents.ts";
import { dayAfter, PRIORITIES, STATUSES, startOfDay } from "./fields.ts";
import type { Address } from "./useAddress.ts";
import { useChoices } from "./useChoices.ts";

/** Every way to narrow the list; each change shows at once. */
export function FilterForm({ address }: { address: Address }) {
  const { t } = useTranslation("inbox");
  const { people, categories, assistants } = useChoices();
  const many = useMany(address);
  const { filter, narrow } = address;
  const choices = (group: string, all: readonly string[]) =>
    all.map((value) => ({ value, label: t(`${group}.${value}`) }));
  const one = { size: "xs", clearable: true, comboboxProps: { withinPortal: false } } as const;
  return (
    <Stack gap="xs">
      <Select
        {...one}
        label={t("stage_label")}
        data={choices("stage", ["OPEN", "WAITING", "DONE"])}
        value={filter.stage ?? null}
        onChange={(stage) => narrow({ stage: stage as InboxFilter["stage"] })}
      />
      <Select
        {...one}
        label={t("kind_label")}
        data={choices("kinds", ["TICKET", "DIALOG"])}
        value={filter.kinds?.[0] ?? null}
        onChange={(kind) => narrow({ kinds: kind ? ([kind] as InboxFilter["kinds"]) : null })}
      />
      <Select
        {...one}
        searchable
        label={t("assignee")}
        data={people}
        value={filter.assignedTo ?? null}
        onChange={(assignedTo) => narrow({ assignedTo, unassigned: false })}
      />
      <Checkbox
        size="xs"
        label={t("nobody_has")}
        checked={filter.unassigned ?? false}
        onChange={(event) => narrow({ unassigned: event.currentTarget.checked, assignedTo: null })}
      />
      <MultiSelect {...many("status")} label={t("status_label")} data={choices("status", STATUSES)} />
      <MultiSelect {...many("priority")} label={t("priority_label")} data={choices("priority", PRIORITIES)} />
      <MultiSelect {...many("category")} searchable label={t("category")} data={categories} />
      <MultiSelect {...many("assistant")} label={t("assistant")} data={assistants} />
      <Select
        {...one}
        label={t("language")}
        data={choices("languages", ["RUSSIAN", "KAZAKH", "ENGLISH"])}
        value={filter.language ?? null}
        onChange={(language) => narrow({ language: language as InboxFilter["language"] })}
      />
      <CreatedBetween address={address} />
      <Group justify="flex-end">
        <Button size="xs" variant="subtle" disabled={!address.changed} onClick={address.reset}>
          {t("reset_filters")}
        </Button>
      </Group>
    </Stack>
  );
}

type Many = "status" | "priority" | "category" | "assistant";

/** What a select of several values needs. */
function useMany({ filter, narrow }: Address) {
  return (name: Many) => ({
    size: "xs" as const,
    clearable: true,
    comboboxProps: { withinPortal: false },
    value: [...(filter[name] ?? [])],
    onChange: (values: string[]) => narrow({ [name]: values } as InboxFilter),
  });
}

function CreatedBetween({ address: { filter, narrow } }: { address: Address }) {
  const { t, i18n } = useTranslation("inbox");
  const shown = (at: string | null | undefined, back = 0) => (at ? new Date(Date.parse(at) - back) : null);
  return (
    <DatePickerInput
      type="range"
      size="xs"
      clearable
      allowSingleDateInRange
      label={t("created")}
      locale={i18n.language}
      valueFormat="D MMM YYYY"
      popoverProps={{ withinPortal: false }}
      value={[shown(filter.createdFrom), shown(filter.createdBefore, 1)]}
      onChange={([from, to]) =>
        narrow({ createdFrom: from ? startOfDay(from) : null, createdBefore: to ? dayAfter(to) : null })
      }
    />
  );
}
