import { Anchor, Button, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { Plus, Webhook } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { Time } from "../../parts/Time.tsx";
import type { Endpoint } from "./documents.ts";
import { EndpointForm } from "./EndpointForm.tsx";
import { EndpointState } from "./EndpointState.tsx";

interface EndpointListProps {
  endpoints: Endpoint[];
  events: string[];
  onChange: () => void;
}

/** Every endpoint with what it hears; a row leads to its log. */
export function EndpointList({ endpoints, events, onChange }: EndpointListProps) {
  const { t } = useTranslation("settings");
  const [adding, setAdding] = useState(false);
  const add = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      {t("webhooks.add")}
    </Button>
  );
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} size="h4">
            {t("webhooks.title")}
          </Title>
          <Text size="sm" c="dimmed" maw="70ch" mt={4}>
            {t("webhooks.text")}
          </Text>
        </div>
        {endpoints.length > 0 && add}
      </Group>
      <Paper withBorder>
        {endpoints.length === 0 ? (
          <EmptyState icon={Webhook} title={t("webhooks.empty")} text={t("webhooks.empty_text")} action={add} />
        ) : (
          <Endpoints endpoints={endpoints} />
        )}
      </Paper>
      {adding && <EndpointForm events={events} onClose={() => setAdding(false)} onSaved={onChange} />}
    </Stack>
  );
}

function Endpoints({ endpoints }: { endpoints: Endpoint[] }) {
  const { t } = useTranslation("settings");
  return (
    <Table.ScrollContainer minWidth={560} tabIndex={0}>
      <Table highlightOnHover verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("webhooks.url")}</Table.Th>
            <Table.Th>{t("webhooks.hears")}</Table.Th>
            <Table.Th>{t("webhooks.state")}</Table.Th>
            <Table.Th>{t("webhooks.since")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {endpoints.map((endpoint) => (
            <Table.Tr key={endpoint.id}>
              <Table.Td>
                <Anchor component={Link} to={`/settings/webhooks/${endpoint.id}`} style={{ overflowWrap: "anywhere" }}>
                  {endpoint.url}
                </Anchor>
                {endpoint.description && <Text size="sm">{endpoint.description}</Text>}
              </Table.Td>
              <Table.Td>
                {endpoint.events === null
                  ? t("webhooks.everything")
                  : t("webhooks.events", { count: endpoint.events.length })}
              </Table.Td>
              <Table.Td>
                <EndpointState endpoint={endpoint} />
              </Table.Td>
              <Table.Td>
                <Time at={endpoint.createdAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
