import { Button, Stack } from "@mantine/core";
import { ArrowLeft, SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { codeOf, useErrorText } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";

interface UnopenedProps {
  error?: Error;
  onRetry: () => void;
  onClose?: () => void;
}

/** In the place of a conversation that is not there yet, or is not to be had; with a way back. */
export function Unopened({ error, onRetry, onClose }: UnopenedProps) {
  const { t } = useTranslation("conversation");
  const text = useErrorText();
  const back = onClose && (
    <Button variant="default" leftSection={<ArrowLeft size={16} aria-hidden />} onClick={onClose}>
      {t("back")}
    </Button>
  );
  const missing = codeOf(error) === "NOT_FOUND" || codeOf(error) === "FORBIDDEN";
  if (missing) return <EmptyState icon={SearchX} title={text(error)} action={back} />;
  return (
    <Stack p="md" align="stretch">
      {error ? <ErrorState error={error} onRetry={onRetry} /> : <Loading rows={6} />}
      {error && back}
    </Stack>
  );
}
