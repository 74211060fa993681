import { Button, Group, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { fieldOf, useErrorText } from "../parts/errors.ts";
import { CREATE_QA, type QaEntry, UPDATE_QA } from "./documents.ts";
import { EntryFields, type EntryValues, useEntryRules } from "./EntryFields.tsx";
import { WhoseSelect } from "./WhoseSelect.tsx";

interface QaValues extends EntryValues {
  assistantId: string | null;
}

interface QaFormProps {
  /** Left out: a new entry. */
  entry?: QaEntry;
  assistantId: string | null;
  onSaved: () => void;
  onClose: () => void;
}

/** Writes or changes a question with its answer. */
export function QaForm({ entry, assistantId, onSaved, onClose }: QaFormProps) {
  const { t } = useTranslation("knowledge");
  const form = useForm<QaValues>({
    initialValues: {
      question: entry?.question ?? "",
      answer: entry?.answer ?? "",
      tags: entry?.tags ?? [],
      assistantId: entry ? entry.assistantId : assistantId,
    },
    validate: useEntryRules(),
  });
  const [{ fetching: creating }, create] = useMutation(CREATE_QA);
  const [{ fetching: updating }, update] = useMutation(UPDATE_QA);
  const text = useErrorText();
  const save = async ({ assistantId: whose, ...values }: QaValues) => {
    const { error } = entry
      ? await update({ id: entry.id, input: values })
      : await create({ input: { ...values, assistantId: whose } });
    if (error) return form.setFieldError(fieldOf(error) ?? "answer", text(error));
    notifications.show({ message: t("entry.saved") });
    onSaved();
    onClose();
  };
  return (
    <form onSubmit={form.onSubmit((values) => void save(values))}>
      <Stack>
        <EntryFields form={form} />
        <WhoseSelect
          label={t("entry.whose")}
          value={form.values.assistantId}
          onChange={(chosen) => form.setFieldValue("assistantId", chosen)}
          disabled={entry !== undefined}
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
