import { ActionIcon, Box, Group, Paper, Table, Text, Title, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { ChartColumn, Table2 } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";

interface ChartCardProps {
  title: string;
  text?: string;
  /** The same figures in words: its columns, and a row for each point. */
  table: { head: string[]; rows: { key: string; cells: string[] }[] };
  children: ReactNode;
}

/** For the charts in it: hidden from screen readers, they are no stop of the keyboard either. */
export const DRAWN = { accessibilityLayer: false };

/** A chart with its name. Who cannot see it, or wants the numbers, reads them as a table. */
export function ChartCard({ title, text, table, children }: ChartCardProps) {
  const { t } = useTranslation("statistics");
  const [asTable, shown] = useDisclosure();
  const id = useId();
  return (
    <Paper withBorder p="md" component="section" aria-labelledby={id}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" mb="sm">
        <div>
          <Title order={2} size="h5" id={id}>
            {title}
          </Title>
          {text && (
            <Text size="sm" c="dimmed">
              {text}
            </Text>
          )}
        </div>
        <Tooltip label={t(asTable ? "as_chart" : "as_table")}>
          <ActionIcon
            variant="subtle"
            color="gray"
            onClick={shown.toggle}
            aria-label={`${t(asTable ? "as_chart" : "as_table")}: ${title}`}
            aria-pressed={asTable}
          >
            {asTable ? <ChartColumn size={18} aria-hidden /> : <Table2 size={18} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      </Group>
      <Box h={280}>
        {asTable ? (
          <ChartTable label={title} {...table} />
        ) : (
          // Charts are drawn without words that a screen reader could read in order.
          <div aria-hidden style={{ height: "100%" }}>
            {children}
          </div>
        )}
      </Box>
    </Paper>
  );
}

function ChartTable({ label, head, rows }: ChartCardProps["table"] & { label: string }) {
  return (
    <Table.ScrollContainer
      minWidth={0}
      h={280}
      maxHeight={280}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": label } }}
    >
      <Table stickyHeader className="figures">
        <Table.Thead>
          <Table.Tr>
            {head.map((name, place) => (
              <Table.Th key={name} ta={place ? "right" : "left"}>
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ key, cells }) => (
            <Table.Tr key={key}>
              {cells.map((cell, place) => (
                <Table.Td key={head[place]} ta={place ? "right" : "left"}>
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
