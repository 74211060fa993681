import { Anchor, Badge, Code, Drawer, Group, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Time } from "../parts/Time.tsx";
import { useFormat } from "../parts/useFormat.ts";
import type { LogLine } from "./documents.ts";

const COLORS: Record<LogLine["level"], string> = {
  DEBUG: "gray",
  INFO: "blue",
  WARNING: "yellow",
  ERROR: "red",
  CRITICAL: "red",
};

/** What else was logged with a line, in short. */
const summary = (metadata: LogLine["metadata"]) =>
  Object.entries(metadata)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");

/** The lines; each opens to what else was logged with it. */
export function LogTable({ lines, onSource }: { lines: LogLine[]; onSource: (source: string) => void }) {
  const { t } = useTranslation("monitoring");
  const [open, setOpen] = useState<LogLine | null>(null);
  return (
    <>
      <Table.ScrollContainer
        minWidth={300}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("logs.title") } }}
      >
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th visibleFrom="sm">{t("logs.when")}</Table.Th>
              <Table.Th visibleFrom="sm">{t("logs.level")}</Table.Th>
              <Table.Th>{t("logs.message")}</Table.Th>
              <Table.Th visibleFrom="sm">{t("logs.source")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lines.map((line) => (
              <LogRow key={line.id} line={line} onOpen={() => setOpen(line)} onSource={onSource} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Drawer opened={open !== null} onClose={() => setOpen(null)} position="right" title={t("logs.line")}>
        {open && <Line line={open} />}
      </Drawer>
    </>
  );
}

interface LogRowProps {
  line: LogLine;
  onOpen: () => void;
  onSource: (source: string) => void;
}

/** On a phone its time and level stand above its words. */
function LogRow({ line, onOpen, onSource }: LogRowProps) {
  const { t } = useTranslation("monitoring");
  const { moment } = useFormat();
  const when = <time dateTime={line.loggedAt}>{moment(line.loggedAt)}</time>;
  const level = (
    <Badge variant="light" miw="max-content" color={COLORS[line.level]}>
      {t(`levels.${line.level}`)}
    </Badge>
  );
  return (
    <Table.Tr>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: "nowrap" }}>
        {when}
      </Table.Td>
      <Table.Td visibleFrom="sm">{level}</Table.Td>
      <Table.Td>
        <Group hiddenFrom="sm" gap="xs" fz="xs">
          {level}
          {when}
        </Group>
        <UnstyledButton onClick={onOpen} aria-haspopup="dialog" fz="sm" className="prose">
          {line.message}
          <Text size="xs" c="dimmed" lineClamp={2}>
            {summary(line.metadata)}
          </Text>
        </UnstyledButton>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Anchor component="button" size="sm" onClick={() => onSource(line.source)}>
          {line.source}
        </Anchor>
      </Table.Td>
    </Table.Tr>
  );
}

function Line({ line }: { line: LogLine }) {
  const { t } = useTranslation("monitoring");
  return (
    <Stack gap="sm">
      <Text className="prose">{line.message}</Text>
      <Text size="sm" c="dimmed">
        {t(`levels.${line.level}`)} · {line.source} · {line.hostname} · <Time at={line.loggedAt} />
      </Text>
      <Code block tabIndex={0}>
        {JSON.stringify(line.metadata, null, 2)}
      </Code>
    </Stack>
  );
}
