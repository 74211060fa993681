import { Box, Group, Paper, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type AppLanguage, LANGUAGE_NAMES, LANGUAGES, setLanguage } from "../i18n.ts";
import { useTitle } from "../parts/useTitle.ts";

/** What stands around every screen of those who are not signed in: the product's name, one card, the language. */
export function Entrance({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  useTitle(title);
  return (
    <Stack component="main" mih="100dvh" align="center" justify="center" gap="lg" p="md">
      <a href="/" style={{ color: "inherit", textDecoration: "none" }}>
        <Group gap="xs">
          <img src="/favicon.ico" alt="" width={32} height={32} />
          <Text fw={700} size="xl">
            Opora
          </Text>
        </Group>
      </a>
      <Paper withBorder p={{ base: "lg", sm: "xl" }} w={420} maw="100%" shadow="xs">
        <Stack>
          <Stack gap={4}>
            <Title order={1} size="h3">
              {title}
            </Title>
            {text && (
              <Text size="sm" c="dimmed">
                {text}
              </Text>
            )}
          </Stack>
          {children}
        </Stack>
      </Paper>
      <LanguageSwitch />
    </Stack>
  );
}

function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <Box>
      <SegmentedControl
        size="xs"
        aria-label={t("language")}
        value={i18n.language}
        onChange={(language) => void setLanguage(language as AppLanguage)}
        data={LANGUAGES.map((each) => ({ value: each, label: LANGUAGE_NAMES[each] }))}
      />
    </Box>
  );
}
