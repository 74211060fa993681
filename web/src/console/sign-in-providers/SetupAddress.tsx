import { Code, Group, Paper, Text } from "@mantine/core";
import { CopyText } from "../parts/CopyText.tsx";

/** An address that the administrator hands on, with a button that copies it. */
export function SetupAddress({ label, text, value, copy }: Record<"label" | "text" | "value" | "copy", string>) {
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" gap="sm">
        <div style={{ flex: "1 1 260px", minWidth: 0 }}>
          <Text fw={500} size="sm">
            {label}
          </Text>
          <Text size="sm" c="dimmed" mb={6}>
            {text}
          </Text>
          <Code style={{ overflowWrap: "anywhere" }}>{value}</Code>
        </div>
        <CopyText value={value} label={copy} />
      </Group>
    </Paper>
  );
}
