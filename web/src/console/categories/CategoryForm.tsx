import { Button, ColorInput, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { codeOf, fieldOf, useErrorNotice, useErrorText } from "../parts/errors.ts";
import { type Category, CREATE, UPDATE } from "./documents.ts";

const SWATCHES = ["#d64545", "#e08a2c", "#c9a227", "#2a9d8f", "#4c8bf5", "#7a5cc7", "#7d8597"];
const LONGEST = { name: 100, description: 2_000, icon: 16 } as const;

interface CategoryFormProps {
  /** Absent: a new one. */
  category?: Category;
  /** Where a new one stands. */
  place: number;
  onClose: () => void;
  onCreated: () => void;
}

export function CategoryForm({ category, place, onClose, onCreated }: CategoryFormProps) {
  const { t } = useTranslation("categories");
  return (
    <Modal opened onClose={onClose} title={category ? t("edit_title") : t("new")}>
      <Fields category={category} place={place} onClose={onClose} onCreated={onCreated} />
    </Modal>
  );
}

function useSave({ category, place, onClose, onCreated }: CategoryFormProps) {
  const [, create] = useMutation(CREATE);
  const [, update] = useMutation(UPDATE);
  return async (values: Values) => {
    const { error } = category
      ? await update({ id: category.id, input: values })
      : await create({ input: { ...values, sortOrder: place } });
    if (error) return error;
    if (!category) onCreated();
    onClose();
  };
}

interface Values {
  name: string;
  description: string;
  icon: string;
  color: string;
}

function Fields(props: CategoryFormProps) {
  const { t } = useTranslation("categories");
  const notice = useErrorNotice();
  const text = useErrorText();
  const save = useSave(props);
  const { name = "", description = "", icon = "", color = "" } = props.category ?? {};
  const form = useForm<Values>({
    initialValues: { name, description, icon, color },
    validate: { name: (value) => (value.trim() ? null : t("name_needed")) },
  });
  const send = async (values: Values) => {
    const error = await save({ ...values, name: values.name.trim() });
    if (!error) return;
    const field = fieldOf(error);
    if (codeOf(error) === "CONFLICT") form.setFieldError("name", t("name_taken"));
    else if (field && field in values) form.setFieldError(field, text(error));
    else notice(error);
  };
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack>
        <TextInput label={t("name")} required maxLength={LONGEST.name} data-autofocus {...form.getInputProps("name")} />
        <Textarea
          label={t("description")}
          description={t("description_hint")}
          autosize
          minRows={2}
          maxLength={LONGEST.description}
          {...form.getInputProps("description")}
        />
        <Group grow align="flex-start">
          <TextInput
            label={t("icon")}
            description={t("icon_hint")}
            maxLength={LONGEST.icon}
            {...form.getInputProps("icon")}
          />
          <ColorInput
            label={t("color")}
            description={t("color_hint")}
            swatches={SWATCHES}
            format="hex"
            eyeDropperButtonProps={{ "aria-label": t("color_pick") }}
            {...form.getInputProps("color")}
          />
        </Group>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {t("shell:save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
