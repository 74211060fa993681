import { Button, Group, Input, Paper, SegmentedControl, Stack, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { EntryFields, type EntryValues, MOST_QUESTION, useEntryRules } from "../knowledge/EntryFields.tsx";
import { WhoseSelect } from "../knowledge/WhoseSelect.tsx";
import { fieldOf, useErrorText } from "../parts/errors.ts";
import { ANSWER, type Group as AskedGroup } from "./documents.ts";

interface AnswerValues extends EntryValues {
  place: "FAQ" | "QA_ENTRY";
  category: string;
  assistantId: string | null;
}

interface AnswerFormProps {
  group: AskedGroup;
  /** Whose customers asked, where it was one assistant's. */
  assistantId: string | null;
  onDone: () => void;
}

/** Writes the answer to a group into the knowledge: whoever asks next gets it. */
export function AnswerForm({ group, assistantId, onDone }: AnswerFormProps) {
  const { t } = useTranslation("unanswered");
  const form = useForm<AnswerValues>({
    initialValues: {
      question: group.question.slice(0, MOST_QUESTION),
      answer: "",
      tags: [],
      place: assistantId === null ? "FAQ" : "QA_ENTRY",
      category: "",
      assistantId,
    },
    validate: useEntryRules(),
  });
  const [{ fetching }, answer] = useMutation(ANSWER);
  const text = useErrorText();
  const save = async ({ category, assistantId: whose, ...values }: AnswerValues) => {
    const own = values.place === "FAQ" ? { category } : { assistantId: whose };
    const { error } = await answer({ id: group.id, input: { ...values, ...own } });
    if (error) return form.setFieldError(fieldOf(error) ?? "answer", text(error));
    notifications.show({ message: t("answered", { count: group.count }) });
    onDone();
  };
  return (
    <Paper withBorder p="md" component="form" onSubmit={form.onSubmit((values) => void save(values))}>
      <Stack>
        <Title order={3} size="h5">
          {t("write")}
        </Title>
        <EntryFields form={form} />
        <Input.Wrapper label={t("place")} description={t(`places.${form.values.place}_text`)}>
          <SegmentedControl
            mt={6}
            fullWidth
            aria-label={t("place")}
            data={(["FAQ", "QA_ENTRY"] as const).map((each) => ({ value: each, label: t(`places.${each}`) }))}
            {...form.getInputProps("place")}
          />
        </Input.Wrapper>
        {form.values.place === "FAQ" ? (
          <TextInput label={t("knowledge:entry.category")} maxLength={100} {...form.getInputProps("category")} />
        ) : (
          <WhoseSelect
            label={t("knowledge:entry.whose")}
            value={form.values.assistantId}
            onChange={(chosen) => form.setFieldValue("assistantId", chosen)}
          />
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={fetching}>
            {t("save_answer")}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
