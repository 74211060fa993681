import { Center, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { Inbox, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface EmptyStateProps {
  title: string;
  /** What one can do about it. */
  text?: string;
  icon?: LucideIcon;
  action?: ReactNode;
  /** Where it is the whole screen, its title is the heading of it. */
  order?: 1 | 2;
}

/** Nothing is here yet: says what belongs here and how it gets here. */
export function EmptyState({ title, text, icon: Icon = Inbox, action, order = 2 }: EmptyStateProps) {
  return (
    <Center py={64} px="md">
      <Stack align="center" gap="xs" maw={420}>
        <ThemeIcon size={56} radius="xl" variant="light">
          <Icon size={28} aria-hidden />
        </ThemeIcon>
        <Title order={order} size="h4" ta="center">
          {title}
        </Title>
        {text && (
          <Text c="dimmed" ta="center" size="sm" style={{ textWrap: "pretty" }}>
            {text}
          </Text>
        )}
        {action}
      </Stack>
    </Center>
  );
}
