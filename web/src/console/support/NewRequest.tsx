import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import type { Enum } from "../graphql.ts";
import { ErrorState } from "../parts/ErrorState.tsx";
import { fieldOf } from "../parts/errors.ts";
import { CREATE } from "./documents.ts";

type Priority = Enum<"TicketPriority">;
const PRIORITIES: Priority[] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];

interface NewRequestProps {
  opened: boolean;
  onClose: () => void;
  onCreated: (number: string) => void;
}

export function NewRequest(props: NewRequestProps) {
  const { t } = useTranslation("support");
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={t("new")} size="lg">
      <RequestForm {...props} />
    </Modal>
  );
}

function useRequestForm(onCreated: (number: string) => void) {
  const { me } = useRights();
  const [, create] = useMutation(CREATE);
  const [error, setError] = useState<Error>();
  const form = useForm({
    initialValues: { subject: "", message: "", priority: "MEDIUM" as Priority, contactEmail: me.email ?? "" },
  });
  const submit = form.onSubmit(async ({ contactEmail, ...values }) => {
    setError(undefined);
    const result = await create({ input: { ...values, contactEmail: contactEmail || null } });
    const number = result.data?.createSupportRequest?.number;
    if (number) return onCreated(number);
    const field = fieldOf(result.error);
    if (field && field in form.values) form.setFieldError(field, result.error?.message);
    else setError(result.error ?? new Error());
  });
  return { form, submit, error };
}

function RequestForm({ onClose, onCreated }: NewRequestProps) {
  const { t } = useTranslation("support");
  const { form, submit, error } = useRequestForm(onCreated);
  return (
    <form onSubmit={submit}>
      <Stack>
        {error && <ErrorState error={error} />}
        <TextInput label={t("subject")} required maxLength={255} data-autofocus {...form.getInputProps("subject")} />
        <Textarea
          label={t("message")}
          placeholder={t("message_hint")}
          required
          autosize
          minRows={5}
          maxRows={14}
          {...form.getInputProps("message")}
        />
        <Group grow align="flex-start">
          <Select
            label={t("priority")}
            allowDeselect={false}
            data={PRIORITIES.map((each) => ({ value: each, label: t(`priorities.${each}`) }))}
            {...form.getInputProps("priority")}
          />
          <TextInput label={t("contact")} type="email" {...form.getInputProps("contactEmail")} />
        </Group>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {t("send")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
