import { Alert, Button, Stack, Text } from "@mantine/core";
import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useErrorText } from "./errors.ts";

/** What went wrong, in the reader's language, and what to do next. */
export function ErrorState({ error, onRetry }: { error?: Error; onRetry?: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  return (
    <Alert color="red" icon={<CircleAlert aria-hidden />} title={t("error_title")} role="alert">
      <Stack align="flex-start" gap="sm">
        <Text size="sm">{text(error)}</Text>
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t("again")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
