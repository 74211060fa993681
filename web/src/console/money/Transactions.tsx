import { SegmentedControl, Table, Text } from "@mantine/core";
import { ArrowLeftRight } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { apiLanguage } from "../parts/apiLanguage.ts";
import { EmptyState } from "../parts/EmptyState.tsx";
import { PagedList } from "../parts/PagedList.tsx";
import { Time } from "../parts/Time.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { usePages } from "../parts/usePages.ts";
import { TRANSACTIONS, type Transaction } from "./documents.ts";

const TYPES = ["ALL", "CREDIT", "DEBIT"] as const;
type Type = (typeof TYPES)[number];

/** How the money moved: what came in, and what each answer cost. */
export function Transactions({ moved }: { moved: number }) {
  const { t, i18n } = useTranslation("money");
  const [type, setType] = useState<Type>("ALL");
  const variables = { type: type === "ALL" ? null : type, language: apiLanguage(i18n.language) };
  const pages = usePages(TRANSACTIONS, variables, (data) => data.transactions);
  const refresh = useEffectEvent(pages.reload);
  useEffect(() => {
    if (moved > 0) refresh();
  }, [moved]);
  return (
    <>
      <SegmentedControl
        mb="sm"
        aria-label={t("transactions.type")}
        value={type}
        onChange={(next) => setType(next as Type)}
        data={TYPES.map((each) => ({ value: each, label: t(`transactions.types.${each}`) }))}
      />
      <PagedList
        pages={pages}
        empty={<EmptyState icon={ArrowLeftRight} title={t("transactions.empty")} text={t("transactions.empty_text")} />}
      >
        {(rows) => <TransactionTable rows={rows} />}
      </PagedList>
    </>
  );
}

function TransactionTable({ rows }: { rows: Transaction[] }) {
  const { t } = useTranslation("money");
  const { money } = useFormat();
  return (
    <Table.ScrollContainer
      minWidth={480}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("transactions.title") } }}
    >
      <Table highlightOnHover className="figures">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("transactions.when")}</Table.Th>
            <Table.Th>{t("transactions.what")}</Table.Th>
            <Table.Th ta="right">{t("amount")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>
                <Time at={row.createdAt} />
              </Table.Td>
              <Table.Td>{row.description}</Table.Td>
              <Table.Td ta="right">
                <Text span fw={600} size="sm" c={row.type === "CREDIT" ? "opora" : undefined}>
                  {row.type === "CREDIT" ? "+" : ""}
                  {money(row.amount)}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
