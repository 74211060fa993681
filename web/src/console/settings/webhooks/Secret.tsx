import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { Check, Copy, KeyRound } from "lucide-react";
import { useTranslation } from "react-i18next";

/** A signing secret, which nobody sees again. */
export function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation("settings");
  return (
    <Stack gap="md">
      <Alert icon={<KeyRound aria-hidden />} color="yellow">
        <Text size="sm" fw={700}>
          {t("webhooks.secret_title")}
        </Text>
        <Text size="sm">{t("webhooks.secret_text")}</Text>
      </Alert>
      <Group gap="sm" wrap="nowrap">
        <Code block style={{ flex: 1, overflowWrap: "anywhere", whiteSpace: "pre-wrap" }} data-testid="secret">
          {secret}
        </Code>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
              onClick={copy}
            >
              {t(copied ? "shell:copied" : "shell:copy")}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Group justify="flex-end">
        <Button onClick={onClose}>{t("webhooks.secret_done")}</Button>
      </Group>
    </Stack>
  );
}
