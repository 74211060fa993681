import { Alert, Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { fieldOf, useErrorText } from "../../parts/errors.ts";
import { CREATE, type Endpoint, UPDATE } from "./documents.ts";
import { EventChoice } from "./EventChoice.tsx";
import { Secret } from "./Secret.tsx";

interface EndpointFormProps {
  /** The one to change; none for a new one. */
  endpoint?: Endpoint;
  events: string[];
  onClose: () => void;
  onSaved: () => void;
}

/** Where to send and what; a new endpoint's secret is shown once, at the end. */
export function EndpointForm({ endpoint, events, onClose, onSaved }: EndpointFormProps) {
  const { t } = useTranslation("settings");
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t(endpoint ? "webhooks.edit" : "webhooks.add")}
      closeOnClickOutside={secret === null}
    >
      {secret === null ? (
        <Fields
          endpoint={endpoint}
          events={events}
          onClose={onClose}
          onSaved={(made) => {
            onSaved();
            if (made === null) onClose();
            else setSecret(made);
          }}
        />
      ) : (
        <Secret secret={secret} onClose={onClose} />
      )}
    </Modal>
  );
}

type FieldsProps = Omit<EndpointFormProps, "onSaved"> & { onSaved: (secret: string | null) => void };

function Fields({ endpoint, events, onClose, onSaved }: FieldsProps) {
  const { t } = useTranslation("settings");
  const text = useErrorText();
  const [created, create] = useMutation(CREATE);
  const [updated, update] = useMutation(UPDATE);
  const form = useForm({
    initialValues: {
      url: endpoint?.url ?? "https://",
      description: endpoint?.description ?? "",
      events: endpoint?.events ?? null,
    },
    validate: {
      url: (url) => (URL.canParse(url) ? null : t("webhooks.url_wrong")),
      events: (chosen) => (chosen?.length === 0 ? t("webhooks.events_needed") : null),
    },
  });
  const save = form.onSubmit(async (input) => {
    const result = endpoint ? await update({ id: endpoint.id, input }) : await create({ input });
    const field = fieldOf(result.error);
    if (field && field in input) form.setFieldError(field, text(result.error));
    if (result.error) return;
    const made = result.data as { createWebhookEndpoint?: { secret: string } } | undefined;
    onSaved(made?.createWebhookEndpoint?.secret ?? null);
  });
  const error = created.error ?? updated.error;
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        <TextInput
          label={t("webhooks.url")}
          description={t("webhooks.url_text")}
          required
          data-autofocus
          {...form.getInputProps("url")}
        />
        <TextInput label={t("webhooks.description")} maxLength={255} {...form.getInputProps("description")} />
        <EventChoice
          events={events}
          value={form.values.events}
          onChange={(chosen) => form.setFieldValue("events", chosen)}
          error={form.errors.events}
        />
        {error && !form.errors.url && <Alert color="red">{text(error)}</Alert>}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" loading={created.fetching || updated.fetching}>
            {t("shell:save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
