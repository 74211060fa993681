import { Paper, Table, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/useFormat.ts";
import type { Current } from "./documents.ts";

const COLUMNS = ["answered", "messages", "resolved", "taken", "firstResponseS", "handlingS"] as const;

/** Who did how much of the period's work. */
export function OperatorTable({ operators }: { operators: Current["operators"] }) {
  const { t } = useTranslation("statistics");
  const { number, duration } = useFormat();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="operators">
      <Title order={2} size="h5" id="operators" mb="sm">
        {t("operators.title")}
      </Title>
      {operators.length === 0 ? (
        <Text c="dimmed">{t("operators.none")}</Text>
      ) : (
        <Table.ScrollContainer
          minWidth={720}
          scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("operators.title") } }}
        >
          <Table highlightOnHover className="figures">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("operators.operator")}</Table.Th>
                {COLUMNS.map((column) => (
                  <Table.Th key={column} ta="right">
                    {t(`operators.${column}`)}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {operators.map((each) => (
                <Table.Tr key={each.operator.id}>
                  <Table.Td>{each.operator.fullName || each.operator.email}</Table.Td>
                  {COLUMNS.map((column) => (
                    <Table.Td key={column} ta="right">
                      {column.endsWith("S") ? duration(each[column]) : number(each[column] ?? 0)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Paper>
  );
}
