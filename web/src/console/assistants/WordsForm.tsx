import { Autocomplete, Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { type CombinedError, useQuery } from "urql";
import { fieldOf, useErrorNotice, useErrorText } from "../parts/errors.ts";
import { MODELS } from "./documents.ts";
import { MOST, type Words } from "./fields.ts";

interface WordsFormProps {
  initial: Words;
  submit: string;
  /** Without it the form is only read. */
  onSubmit?: (words: Words) => Promise<CombinedError | undefined>;
}

/** Who an assistant is, how it speaks, and by which model. */
export function WordsForm({ initial, submit, onSubmit }: WordsFormProps) {
  const { t } = useTranslation("assistants");
  const notice = useErrorNotice();
  const text = useErrorText();
  const form = useForm<Words>({
    initialValues: initial,
    validate: { name: (name) => (name.trim() ? null : t("name_needed")) },
  });
  const send = async (words: Words) => {
    const error = await onSubmit?.(words);
    if (!error) return form.resetDirty(words);
    const field = fieldOf(error);
    if (field && field in words) form.setFieldError(field, text(error));
    else notice(error);
  };
  const readOnly = !onSubmit;
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack maw={720}>
        <TextInput
          label={t("name")}
          description={t("name_hint")}
          required={!readOnly}
          maxLength={MOST.name}
          readOnly={readOnly}
          {...form.getInputProps("name")}
        />
        <TextInput
          label={t("description")}
          description={t("description_hint")}
          maxLength={MOST.description}
          readOnly={readOnly}
          {...form.getInputProps("description")}
        />
        <Textarea
          label={t("prompt")}
          description={t("prompt_hint")}
          placeholder={t("prompt_example")}
          autosize
          minRows={6}
          maxRows={20}
          maxLength={MOST.systemPrompt}
          readOnly={readOnly}
          {...form.getInputProps("systemPrompt")}
        />
        <ModelField readOnly={readOnly} {...form.getInputProps("aiModel")} />
        {onSubmit && (
          <Group>
            <Button type="submit" loading={form.submitting} disabled={!form.isDirty()}>
              {submit}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

interface ModelFieldProps {
  readOnly: boolean;
  value?: string;
  onChange?: (value: string) => void;
  error?: React.ReactNode;
}

function ModelField({ readOnly, value, onChange, error }: ModelFieldProps) {
  const { t } = useTranslation("assistants");
  const [{ data }] = useQuery({ query: MODELS });
  const health = data?.agentHealth;
  return (
    <>
      <Autocomplete
        label={t("model")}
        description={t("model_hint")}
        placeholder={t("model_default", { model: health?.available ? health.chatModel : "" })}
        data={health?.models ?? []}
        maxLength={MOST.aiModel}
        readOnly={readOnly}
        value={value}
        onChange={onChange}
        error={error}
      />
      {health && !health.available && (
        <Text size="sm" c="dimmed">
          {t("model_absent")}
        </Text>
      )}
    </>
  );
}
