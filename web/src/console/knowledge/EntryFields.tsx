import { TagsInput, Textarea, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";

export const MOST_QUESTION = 500;
export const MOST_ANSWER = 10_000;
const MOST_TAGS = 20;

export interface EntryValues {
  question: string;
  answer: string;
  tags: string[];
}

/** What every question with an answer has. */
export function EntryFields<Values extends EntryValues>({ form }: { form: UseFormReturnType<Values> }) {
  const { t } = useTranslation("knowledge");
  return (
    <>
      <TextInput
        label={t("entry.question")}
        required
        maxLength={MOST_QUESTION}
        data-autofocus
        {...form.getInputProps("question")}
      />
      <Textarea
        label={t("entry.answer")}
        description={t("entry.answer_text")}
        required
        autosize
        minRows={5}
        maxRows={16}
        maxLength={MOST_ANSWER}
        {...form.getInputProps("answer")}
      />
      <TagsInput
        label={t("entry.tags")}
        placeholder={form.getValues().tags.length === 0 ? t("entry.tags_text") : undefined}
        maxTags={MOST_TAGS}
        clearable
        {...form.getInputProps("tags")}
      />
    </>
  );
}

/** Says what is missing before anything is sent. */
export function useEntryRules() {
  const { t } = useTranslation("knowledge");
  const filled = (value: string) => (value.trim() === "" ? t("entry.missing") : null);
  return { question: filled, answer: filled };
}
