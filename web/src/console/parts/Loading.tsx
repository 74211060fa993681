import { Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Holds the place of a list while it is read, so that nothing moves when it comes. `height` is of a row, in px. */
export function Loading({ rows = 4, height = 56 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status" aria-label={t("loading")}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have nothing else
        <Skeleton key={row} height={height} radius="md" />
      ))}
    </Stack>
  );
}
