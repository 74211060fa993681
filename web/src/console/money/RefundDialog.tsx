import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { type Payment, REFUND } from "./documents.ts";

interface RefundDialogProps {
  payment: Payment | null;
  onClose: () => void;
  onDone: () => void;
}

/** Gives money of a payment back to the card that it came from. */
export function RefundDialog({ payment, onClose, onDone }: RefundDialogProps) {
  const { t } = useTranslation("money");
  return (
    <Modal opened={payment !== null} onClose={onClose} title={t("refund.title")}>
      {payment && <RefundForm key={payment.orderId} payment={payment} onClose={onClose} onDone={onDone} />}
    </Modal>
  );
}

function RefundForm({ payment, onClose, onDone }: RefundDialogProps & { payment: Payment }) {
  const { t } = useTranslation("money");
  const { money } = useFormat();
  const [, refund] = useMutation(REFUND);
  const [error, setError] = useState<Error>();
  const most = Number(payment.amount) - Number(payment.refunded);
  const form = useForm({ initialValues: { amount: most as number | string, reason: "" } });
  const submit = form.onSubmit(async ({ amount, reason }) => {
    const result = await refund({ order: payment.orderId, input: { amount: String(amount), reason } });
    if (!result.data?.refundPayment) return setError(result.error ?? new Error());
    notifications.show({ color: "teal", message: t("refund.done") });
    onDone();
    onClose();
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        {error && <ErrorState error={error} />}
        <Text size="sm">{t("refund.text", { order: payment.orderId, sum: money(most) })}</Text>
        <NumberInput
          label={t("amount")}
          min={0.01}
          max={most}
          decimalScale={2}
          suffix=" ₽"
          required
          {...form.getInputProps("amount")}
        />
        <TextInput label={t("refund.reason")} maxLength={255} {...form.getInputProps("reason")} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" color="red" loading={form.submitting}>
            {t("refund.button")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
