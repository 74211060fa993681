import { Group, Paper, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** One figure with its name; `note` says more of it below. */
export function StatTile({ label, value, note }: { label: string; value: ReactNode; note?: ReactNode }) {
  return (
    <Paper withBorder p="md" h="100%">
      <Stack gap={4} h="100%">
        <Text size="sm" c="dimmed">
          {label}
        </Text>
        <Stack gap={2}>
          <Text component="div" fz={{ base: 20, sm: 24 }} fw={650} lh={1.25} className="figures">
            {value}
          </Text>
          {note !== undefined && (
            <Group gap={4} mih={20} fz="sm">
              {note}
            </Group>
          )}
        </Stack>
      </Stack>
    </Paper>
  );
}
