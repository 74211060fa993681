import { Button, Group, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { fieldOf, useErrorText } from "../parts/errors.ts";
import { CREATE_FAQ, type Faq, UPDATE_FAQ } from "./documents.ts";
import { EntryFields, type EntryValues, useEntryRules } from "./EntryFields.tsx";

interface FaqValues extends EntryValues {
  category: string;
  isActive: boolean;
}

interface FaqFormProps {
  /** Left out: a new entry. */
  entry?: Faq;
  onSaved: () => void;
  onClose: () => void;
}

/** Writes or changes an entry of the FAQ, which customers may read too. */
export function FaqForm({ entry, onSaved, onClose }: FaqFormProps) {
  const { t } = useTranslation("knowledge");
  const form = useForm<FaqValues>({
    initialValues: {
      question: entry?.question ?? "",
      answer: entry?.answer ?? "",
      tags: entry?.tags ?? [],
      category: entry?.category ?? "",
      isActive: entry?.isActive ?? true,
    },
    validate: useEntryRules(),
  });
  const [{ fetching: creating }, create] = useMutation(CREATE_FAQ);
  const [{ fetching: updating }, update] = useMutation(UPDATE_FAQ);
  const text = useErrorText();
  const save = async (input: FaqValues) => {
    const { error } = entry ? await update({ id: entry.id, input }) : await create({ input });
    if (error) return form.setFieldError(fieldOf(error) ?? "answer", text(error));
    notifications.show({ message: t("entry.saved") });
    onSaved();
    onClose();
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save(values))}>
      <Stack>
        <EntryFields form={form} />
        <TextInput label={t("entry.category")} maxLength={100} {...form.getInputProps("category")} />
        <Switch
          label={t("entry.active")}
          description={t("entry.active_text")}
          {...form.getInputProps("isActive", { type: "checkbox" })}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" loading={creating || updating}>
            {t("shell:save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
