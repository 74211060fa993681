import { Button, Group, Modal, NumberInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { type Price, SET_PRICE } from "./documents.ts";

interface PriceDialogProps {
  /** Null: closed. */
  price: Price | "new" | null;
  onClose: () => void;
  onSaved: () => void;
}

export function PriceDialog({ price, onClose, onSaved }: PriceDialogProps) {
  const { t } = useTranslation("installation");
  const known = price === "new" ? null : price;
  return (
    <Modal
      opened={price !== null}
      onClose={onClose}
      title={known ? t("prices.edit", { model: known.model }) : t("prices.add")}
    >
      {price !== null && <PriceForm price={known} onClose={onClose} onSaved={onSaved} />}
    </Modal>
  );
}

function PriceForm({ price, onClose, onSaved }: PriceDialogProps & { price: Price | null }) {
  const { t } = useTranslation("installation");
  const [, set] = useMutation(SET_PRICE);
  const [error, setError] = useState<Error>();
  const form = useForm({
    initialValues: {
      model: price?.model ?? "",
      prompt: (price?.promptPrice ?? "") as number | string,
      completion: (price?.completionPrice ?? "") as number | string,
    },
  });
  const submit = form.onSubmit(async ({ model, prompt, completion }) => {
    const result = await set({ model, prompt: String(prompt), completion: String(completion) });
    if (!result.data?.setAiModelPrice) return setError(result.error ?? new Error());
    onSaved();
    onClose();
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        {error && <ErrorState error={error} />}
        <TextInput
          label={t("prices.model")}
          required
          disabled={price !== null}
          maxLength={128}
          {...form.getInputProps("model")}
        />
        <NumberInput label={t("prices.prompt")} required min={0} suffix=" ₽" {...form.getInputProps("prompt")} />
        <NumberInput
          label={t("prices.completion")}
          required
          min={0}
          suffix=" ₽"
          {...form.getInputProps("completion")}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
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
