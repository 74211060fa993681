import { Anchor, Group, List, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { Check, Circle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { useFirstSteps } from "./useFirstSteps.ts";

/** Until the assistant can answer somebody, the inbox stays empty: what to do about it, step by step. */
export function FirstSteps({ steps }: { steps: NonNullable<ReturnType<typeof useFirstSteps>> }) {
  const { t } = useTranslation("inbox");
  return (
    <Stack py={64} px="md" maw={520} mx="auto" gap="lg">
      <div>
        <Title order={2} size="h4">
          {t("first.title")}
        </Title>
        <Text c="dimmed" size="sm" style={{ textWrap: "pretty" }}>
          {t("first.text")}
        </Text>
      </div>
      <List listStyleType="none" spacing="md" type="ordered">
        {steps.map(({ name, to, done }) => (
          <List.Item key={name}>
            <Group wrap="nowrap" align="flex-start" gap="sm">
              <ThemeIcon
                radius="xl"
                size={26}
                variant={done ? "filled" : "default"}
                role="img"
                aria-label={t(done ? "first.done" : "first.open")}
              >
                {done ? <Check size={16} aria-hidden /> : <Circle size={10} aria-hidden />}
              </ThemeIcon>
              <div>
                <Anchor component={Link} to={to} fw={600}>
                  {t(`first.steps.${name}`)}
                </Anchor>
                <Text c="dimmed" size="sm">
                  {t(`first.texts.${name}`)}
                </Text>
              </div>
            </Group>
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
