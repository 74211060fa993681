import { Group, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useRef } from "react";
import { useArrival } from "./useArrival.ts";
import { useTitle } from "./useTitle.ts";

/** The heading of a screen, which also names the browser's tab; actions stand at its end. */
export function PageHeader({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(title);
  useArrival(heading);
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <Stack gap={2} style={{ flex: "1 1 20rem" }}>
        <Title order={1} size="h3" ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {text && (
          <Text c="dimmed" size="sm" maw="80ch" style={{ textWrap: "pretty" }}>
            {text}
          </Text>
        )}
      </Stack>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
