import { Checkbox, SimpleGrid, Stack, Switch, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useEventName } from "./useEventName.ts";

interface EventChoiceProps {
  events: string[];
  /** null for everything. */
  value: string[] | null;
  onChange: (value: string[] | null) => void;
  error?: ReactNode;
}

/** What an endpoint hears: everything, or the events that are chosen. */
export function EventChoice({ events, value, onChange, error }: EventChoiceProps) {
  const { t } = useTranslation("settings");
  const name = useEventName();
  return (
    <Stack gap="xs">
      <Switch
        label={t("webhooks.all_events")}
        description={t("webhooks.all_events_text")}
        checked={value === null}
        onChange={(event) => onChange(event.currentTarget.checked ? null : [])}
      />
      {value !== null && (
        <Checkbox.Group aria-label={t("webhooks.hears")} value={value} onChange={onChange}>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" mt="xs">
            {events.map((event) => (
              <Checkbox key={event} value={event} label={name(event)} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
      )}
      {error && (
        <Text size="sm" c="red" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}
