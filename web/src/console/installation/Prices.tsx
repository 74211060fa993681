import { Button, Group, Table, Text, Title } from "@mantine/core";
import { Pencil, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/useFormat.ts";
import type { Price } from "./documents.ts";
import { PriceDialog } from "./PriceDialog.tsx";

/** What a million tokens of each model cost. `onChange` reads them again. */
export function Prices({ prices, onChange }: { prices: Price[]; onChange: () => void }) {
  const { t } = useTranslation("installation");
  const { money } = useFormat();
  const [edited, setEdited] = useState<Price | "new" | null>(null);
  return (
    <section aria-labelledby="prices">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5" id="prices">
          {t("prices.title")}
        </Title>
        <Button
          size="xs"
          variant="default"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => setEdited("new")}
        >
          {t("prices.add")}
        </Button>
      </Group>
      {prices.length === 0 ? (
        <Text c="dimmed">{t("prices.empty")}</Text>
      ) : (
        <Table.ScrollContainer
          minWidth={480}
          scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("prices.title") } }}
        >
          <Table highlightOnHover className="figures">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("prices.model")}</Table.Th>
                <Table.Th ta="right">{t("prices.prompt")}</Table.Th>
                <Table.Th ta="right">{t("prices.completion")}</Table.Th>
                <Table.Th aria-label={t("tokens.actions")} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {prices.map((price) => (
                <Table.Tr key={price.model}>
                  <Table.Td>{price.model}</Table.Td>
                  <Table.Td ta="right">{money(price.promptPrice)}</Table.Td>
                  <Table.Td ta="right">{money(price.completionPrice)}</Table.Td>
                  <Table.Td ta="right">
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      leftSection={<Pencil size={14} aria-hidden />}
                      onClick={() => setEdited(price)}
                      aria-label={t("prices.edit", { model: price.model })}
                    >
                      {t("shell:edit")}
                    </Button>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <PriceDialog price={edited} onClose={() => setEdited(null)} onSaved={onChange} />
    </section>
  );
}
