import { Button, Group, Table, Text, Title } from "@mantine/core";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../parts/EmptyState.tsx";
import type { Token } from "./documents.ts";
import { TokenDialog } from "./TokenDialog.tsx";
import { TokenRow } from "./TokenRow.tsx";

/** The installation's tokens, in the order in which they are tried. `onChange` reads them again. */
export function Tokens({ tokens, onChange }: { tokens: Token[]; onChange: () => void }) {
  const { t } = useTranslation("installation");
  const [edited, setEdited] = useState<Token | "new" | null>(null);
  const add = (
    <Button size="xs" leftSection={<Plus size={14} aria-hidden />} onClick={() => setEdited("new")}>
      {t("tokens.add")}
    </Button>
  );
  return (
    <section aria-labelledby="tokens">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5" id="tokens">
          {t("tokens.title")}
        </Title>
        {tokens.length > 0 && add}
      </Group>
      {tokens.length === 0 ? (
        <EmptyState icon={KeyRound} title={t("tokens.empty")} text={t("tokens.empty_text")} action={add} />
      ) : (
        <Table.ScrollContainer
          minWidth={820}
          scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("tokens.title") } }}
        >
          <Table highlightOnHover className="figures">
            <Table.Thead>
              <Table.Tr>
                <Table.Th ta="right">{t("tokens.priority")}</Table.Th>
                <Table.Th>{t("models.name")}</Table.Th>
                <Table.Th>{t("tokens.models")}</Table.Th>
                <Table.Th ta="right">{t("tokens.today")}</Table.Th>
                <Table.Th ta="right">{t("tokens.month")}</Table.Th>
                <Table.Th>{t("models.state")}</Table.Th>
                <Table.Th aria-label={t("tokens.actions")} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {tokens.map((token) => (
                <TokenRow key={token.id} token={token} onEdit={() => setEdited(token)} onChange={onChange} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Text size="sm" c="dimmed" mt="xs">
        {t("tokens.text")}
      </Text>
      <TokenDialog token={edited} onClose={() => setEdited(null)} onSaved={onChange} />
    </section>
  );
}
