import { Button, Group, Modal, Stack, Switch, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { fieldOf, useErrorNotice, useErrorText } from "../parts/errors.ts";
import { CREATE_VIEW, UPDATE_VIEW } from "./documents.ts";
import { tidy } from "./filter.ts";
import type { Address } from "./useAddress.ts";

interface SaveViewProps {
  /** A new view of the present filter, or the name and the reach of the open one; null is closed. */
  mode: "new" | "edit" | null;
  address: Address;
  onClose: () => void;
}

/** Gives the present filter a name. */
export function SaveView({ mode, address, onClose }: SaveViewProps) {
  const { t } = useTranslation("inbox");
  const [{ fetching: creating }, create] = useMutation(CREATE_VIEW);
  const [{ fetching: updating }, update] = useMutation(UPDATE_VIEW);
  const fail = useErrorNotice();
  const text = useErrorText();
  const saved = address.view.saved;
  const form = useForm({
    initialValues: { name: "", shared: false },
    validate: { name: (name) => (name.trim() ? null : t("name_needed")) },
  });
  const { setValues, clearErrors } = form;
  useEffect(() => {
    clearErrors();
    setValues(mode === "edit" && saved ? { name: saved.name, shared: saved.shared } : { name: "", shared: false });
  }, [mode, saved, setValues, clearErrors]);
  const submit = async (values: { name: string; shared: boolean }) => {
    const { data, error } =
      mode === "edit" && saved
        ? await update({ id: saved.id, input: values })
        : await create({ input: { ...values, filter: tidy(address.filter) } });
    if (error) return fieldOf(error) === "name" ? form.setFieldError("name", text(error)) : fail(error);
    onClose();
    address.refreshViews();
    if (data && "createSavedView" in data && data.createSavedView)
      address.choose({ id: data.createSavedView.id, filter: address.filter, saved: data.createSavedView });
  };
  return (
    <Modal opened={mode !== null} onClose={onClose} title={t(mode === "edit" ? "edit_view" : "save_as_view")} centered>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack>
          <TextInput label={t("view_name")} maxLength={64} data-autofocus required {...form.getInputProps("name")} />
          <Switch
            label={t("share_view")}
            description={t("share_view_text")}
            {...form.getInputProps("shared", { type: "checkbox" })}
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
    </Modal>
  );
}
