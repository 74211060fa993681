import { Alert, Anchor, Group, Paper, ScrollArea, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import { ArrowLeft, Mailbox } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { PagedList } from "../../parts/PagedList.tsx";
import { Time } from "../../parts/Time.tsx";
import { usePages } from "../../parts/usePages.ts";
import { DeliveryTable } from "./DeliveryTable.tsx";
import { DELIVERIES, type Endpoint } from "./documents.ts";
import { EndpointActions } from "./EndpointActions.tsx";
import { EndpointState } from "./EndpointState.tsx";

const STATES = ["ALL", "PENDING", "DELIVERED", "FAILED"] as const;
type Shown = (typeof STATES)[number];

interface EndpointPageProps {
  endpoints: Endpoint[];
  events: string[];
  onChange: () => void;
}

/** One endpoint: how it does, what can be done with it, and what it was sent. */
export function EndpointPage({ endpoints, events, onChange }: EndpointPageProps) {
  const { t } = useTranslation("settings");
  const { id } = useParams();
  const endpoint = endpoints.find((each) => each.id === id);
  if (!endpoint) {
    return <EmptyState title={t("webhooks.gone")} action={<Back />} />;
  }
  return <Opened key={endpoint.id} endpoint={endpoint} events={events} onChange={onChange} />;
}

function Back() {
  const { t } = useTranslation("settings");
  return (
    <Anchor component={Link} to="/settings/webhooks" size="sm">
      <Group gap={6} component="span">
        <ArrowLeft size={16} aria-hidden />
        {t("webhooks.back")}
      </Group>
    </Anchor>
  );
}

function Opened({ endpoint, events, onChange }: { endpoint: Endpoint; events: string[]; onChange: () => void }) {
  const { t } = useTranslation("settings");
  const [shown, setShown] = useState<Shown>("ALL");
  const variables = { endpointId: endpoint.id, state: shown === "ALL" ? null : shown };
  const pages = usePages(DELIVERIES, variables, (data) => data.webhookDeliveries);
  const changed = () => {
    onChange();
    pages.reload();
  };
  return (
    <Stack gap="md">
      <Back />
      <Group justify="space-between" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Title order={2} size="h4" style={{ overflowWrap: "anywhere" }}>
            {endpoint.url}
          </Title>
          <Group gap="sm" mt={6}>
            <EndpointState endpoint={endpoint} />
            {endpoint.description && <Text size="sm">{endpoint.description}</Text>}
          </Group>
        </div>
        <EndpointActions endpoint={endpoint} events={events} onChange={changed} />
      </Group>
      <Trouble endpoint={endpoint} />
      <ScrollArea type="never">
        <SegmentedControl
          aria-label={t("webhooks.filter")}
          value={shown}
          onChange={setShown}
          data={STATES.map((value) => ({ value, label: t(`webhooks.delivery.${value}`) }))}
        />
      </ScrollArea>
      <Paper withBorder>
        <PagedList
          pages={pages}
          empty={
            <EmptyState icon={Mailbox} title={t("webhooks.no_deliveries")} text={t("webhooks.no_deliveries_text")} />
          }
        >
          {(rows) => <DeliveryTable rows={rows} onChange={pages.reload} />}
        </PagedList>
      </Paper>
    </Stack>
  );
}

function Trouble({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation("settings");
  const { disabledAt, failingSince, isActive, previousSecretUntil } = endpoint;
  return (
    <>
      {disabledAt !== null && (
        <Alert color="red" title={<Heading>{t("webhooks.given_up_title")}</Heading>}>
          {t("webhooks.given_up_text")} <Time at={disabledAt} />
        </Alert>
      )}
      {isActive && failingSince !== null && (
        <Alert color="yellow" title={<Heading>{t("webhooks.failing_title")}</Heading>}>
          {t("webhooks.failing_text")} <Time at={failingSince} />
        </Alert>
      )}
      {previousSecretUntil !== null && (
        <Alert>
          {t("webhooks.both_sign")} <Time at={previousSecretUntil} />
        </Alert>
      )}
    </>
  );
}

/** In the text's own colour: that of the notice is too pale on its ground. */
function Heading({ children }: { children: string }) {
  return (
    <Text span size="sm" fw={700} c="var(--mantine-color-text)">
      {children}
    </Text>
  );
}
