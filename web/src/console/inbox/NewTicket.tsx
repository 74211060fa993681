import { Button, Group, Modal, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import type { Enum } from "../graphql.ts";
import { fieldOf, useErrorNotice, useErrorText } from "../parts/errors.ts";
import { CREATE_TICKET } from "./documents.ts";
import { PRIORITIES } from "./fields.ts";

interface NewTicketProps {
  opened: boolean;
  onClose: () => void;
  onCreated: () => void;
}

/** A new request. A customer's is answered by the assistant at once, one that staff note down is not. */
export function NewTicket({ opened, onClose, onCreated }: NewTicketProps) {
  const { t } = useTranslation("inbox");
  return (
    <Modal opened={opened} onClose={onClose} title={t("new_ticket")} centered>
      <TicketForm onClose={onClose} onCreated={onCreated} />
    </Modal>
  );
}

interface Values {
  title: string;
  description: string;
  priority: Enum<"TicketPriority">;
}

function TicketForm({ onClose, onCreated }: Omit<NewTicketProps, "opened">) {
  const { t } = useTranslation("inbox");
  const staff = useRights().can("inboxCounts");
  const navigate = useNavigate();
  const [{ fetching }, create] = useMutation(CREATE_TICKET);
  const fail = useErrorNotice();
  const text = useErrorText();
  const form = useForm<Values>({
    initialValues: { title: "", description: "", priority: "MEDIUM" },
    validate: { title: (title) => (title.trim() ? null : t("title_needed")) },
  });
  const submit = async (values: Values) => {
    const { data, error } = await create({ input: { ...values, source: "WEB", autoRespond: !staff } });
    if (error) return fieldOf(error) === "title" ? form.setFieldError("title", text(error)) : fail(error);
    onClose();
    onCreated();
    if (data?.createTicket) void navigate(`/inbox/tickets/${data.createTicket.id}`);
  };
  return (
    <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack>
        <TextInput label={t("ticket_title")} maxLength={255} required data-autofocus {...form.getInputProps("title")} />
        <Textarea
          label={t("ticket_text")}
          description={t(staff ? "ticket_text_staff" : "ticket_text_customer")}
          autosize
          minRows={4}
          maxRows={12}
          {...form.getInputProps("description")}
        />
        <Select
          label={t("priority_label")}
          allowDeselect={false}
          data={PRIORITIES.map((value) => ({ value, label: t(`priority.${value}`) }))}
          {...form.getInputProps("priority")}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" loading={fetching}>
            {t("send_ticket")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
