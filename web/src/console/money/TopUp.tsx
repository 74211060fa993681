import { Button, Chip, Group, Modal, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { fieldOf } from "../parts/errors.ts";
import { useFormat } from "../parts/useFormat.ts";
import { CREATE_PAYMENT } from "./documents.ts";

const SUMS = [500, 1000, 5000, 10_000];

/** Asks for a sum and goes on to the bank's page, where the card's number is given. */
export function TopUp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("money");
  return (
    <Modal opened={opened} onClose={onClose} title={t("top_up")}>
      <TopUpForm onClose={onClose} />
    </Modal>
  );
}

/** A key of this attempt: pressed twice, or sent again after a lost answer, it is one payment. */
const attemptKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join("");

function useTopUp() {
  const { me } = useRights();
  const [, create] = useMutation(CREATE_PAYMENT);
  const [error, setError] = useState<Error>();
  const form = useForm({ initialValues: { amount: 1000 as number | string, customerEmail: me.email ?? "" } });
  const [key, setKey] = useState(attemptKey);
  const submit = form.onSubmit(async ({ amount, customerEmail }) => {
    setError(undefined);
    const back = `${location.origin}/console/money`;
    const input = { amount: String(amount), customerEmail: customerEmail || null, idempotencyKey: key };
    const result = await create({ input: { ...input, returnUrl: back, failUrl: back } });
    const payment = result.data?.createPayment;
    if (payment?.paymentUrl) return location.assign(payment.paymentUrl);
    setKey(attemptKey());
    const field = fieldOf(result.error);
    if (field && field in form.values) form.setFieldError(field, result.error?.message);
    else setError(result.error ?? new Error());
  });
  return { form, submit, error };
}

function TopUpForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("money");
  const { money } = useFormat();
  const { form, submit, error } = useTopUp();
  return (
    <form onSubmit={submit}>
      <Stack>
        {error && <ErrorState error={error} />}
        <NumberInput
          label={t("amount")}
          required
          min={1}
          decimalScale={2}
          thousandSeparator=" "
          suffix=" ₽"
          data-autofocus
          {...form.getInputProps("amount")}
        />
        <Chip.Group value={String(form.values.amount)} onChange={(sum) => form.setFieldValue("amount", Number(sum))}>
          <Group gap="xs">
            {SUMS.map((sum) => (
              <Chip key={sum} value={String(sum)} size="xs">
                {money(sum)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <TextInput label={t("receipt")} type="email" {...form.getInputProps("customerEmail")} />
        <Text size="sm" c="dimmed">
          {t("top_up_text")}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {t("to_bank")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
