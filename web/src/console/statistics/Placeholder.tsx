import { SimpleGrid, Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The report's own shape while it is computed. */
export function Placeholder() {
  const { t } = useTranslation();
  return (
    <Stack role="status" aria-label={t("loading")}>
      <SimpleGrid cols={{ base: 2, md: 3, xl: 6 }}>
        {["a", "b", "c", "d", "e", "f"].map((place) => (
          <Skeleton key={place} height={112} radius="md" />
        ))}
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        {["a", "b", "c", "d"].map((place) => (
          <Skeleton key={place} height={356} radius="md" />
        ))}
      </SimpleGrid>
    </Stack>
  );
}
