import { Anchor, Badge, Button, Checkbox, Group, Stack, Table, Text } from "@mantine/core";
import { Bot, Globe, Plus, Send } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Allowed, useRights } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { Time } from "../parts/Time.tsx";
import { ActiveBadge } from "./ActiveBadge.tsx";
import { BulkBar } from "./BulkBar.tsx";
import type { Assistant } from "./documents.ts";
import { useAssistants } from "./useAssistants.ts";

/** All assistants, with what each is reached by; admins switch and remove several at once. */
export function AssistantList() {
  const { t } = useTranslation("assistants");
  const { assistants, error, read } = useAssistants();
  return (
    <>
      <PageHeader title={t("title")} text={t("about")}>
        <Allowed to="createAssistant">
          <Button component={Link} to="/assistants/new" leftSection={<Plus size={16} aria-hidden />}>
            {t("new")}
          </Button>
        </Allowed>
      </PageHeader>
      {error && !assistants && <ErrorState error={error} onRetry={read} />}
      {!assistants && !error && <Loading rows={4} />}
      {assistants?.length === 0 && <None />}
      {assistants && assistants.length > 0 && <AssistantTable assistants={assistants} onRemoved={read} />}
    </>
  );
}

function None() {
  const { t } = useTranslation("assistants");
  const action = (
    <Allowed to="createAssistant">
      <Button component={Link} to="/assistants/new">
        {t("new")}
      </Button>
    </Allowed>
  );
  return <EmptyState icon={Bot} title={t("none")} text={t("none_text")} action={action} />;
}

function AssistantTable({ assistants, onRemoved }: { assistants: Assistant[]; onRemoved: () => void }) {
  const { t } = useTranslation("assistants");
  const manages = useRights().can("deleteAssistants");
  const [chosen, choose] = useState<string[]>([]);
  const shown = chosen.filter((id) => assistants.some((each) => each.id === id));
  const all = shown.length === assistants.length;
  return (
    <Stack gap="xs">
      {manages && <BulkBar ids={shown} onDone={() => choose([])} onRemoved={onRemoved} />}
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table highlightOnHover verticalSpacing="sm" withTableBorder bg="var(--mantine-color-body)">
          <Table.Thead>
            <Table.Tr>
              {manages && (
                <Table.Th w={40}>
                  <Checkbox
                    aria-label={t("choose_all")}
                    checked={all}
                    indeterminate={shown.length > 0 && !all}
                    onChange={() => choose(all ? [] : assistants.map((each) => each.id))}
                  />
                </Table.Th>
              )}
              <Table.Th>{t("name")}</Table.Th>
              <Table.Th>{t("state")}</Table.Th>
              <Table.Th>{t("channels")}</Table.Th>
              <Table.Th>{t("changed")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {assistants.map((assistant) => (
              <Row
                key={assistant.id}
                assistant={assistant}
                chosen={manages ? shown.includes(assistant.id) : null}
                onChoose={(on) => choose(on ? [...shown, assistant.id] : shown.filter((id) => id !== assistant.id))}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

interface RowProps {
  assistant: Assistant;
  /** Null where nothing can be chosen. */
  chosen: boolean | null;
  onChoose: (on: boolean) => void;
}

function Row({ assistant, chosen, onChoose }: RowProps) {
  const { t } = useTranslation("assistants");
  return (
    <Table.Tr bg={chosen ? "var(--mantine-primary-color-light)" : undefined}>
      {chosen !== null && (
        <Table.Td>
          <Checkbox
            aria-label={t("choose", { name: assistant.name })}
            checked={chosen}
            onChange={(event) => onChoose(event.currentTarget.checked)}
          />
        </Table.Td>
      )}
      <Table.Td>
        <Anchor component={Link} to={`/assistants/${assistant.id}`} fw={600}>
          {assistant.name}
        </Anchor>
        {assistant.description && (
          <Text size="sm" c="dimmed" lineClamp={1}>
            {assistant.description}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <ActiveBadge active={assistant.isActive} />
      </Table.Td>
      <Table.Td>
        <Channels assistant={assistant} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <Time at={assistant.updatedAt} relative />
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

function Channels({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  const bot = assistant.telegramBot;
  if (!assistant.websiteIntegration && !bot) return <Text size="sm">{t("no_channels")}</Text>;
  return (
    <Group gap={6}>
      {assistant.websiteIntegration && (
        <Badge variant="default" tt="none" fw={500} leftSection={<Globe size={12} aria-hidden />}>
          {t("sites", { count: assistant.allowedDomains.length })}
        </Badge>
      )}
      {bot && (
        <Badge
          variant={bot.lastError ? "filled" : "default"}
          color="red.9"
          tt="none"
          fw={500}
          leftSection={<Send size={12} aria-hidden />}
        >
          {bot.username ? `@${bot.username}` : "Telegram"}
        </Badge>
      )}
    </Group>
  );
}
