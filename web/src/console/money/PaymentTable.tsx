import { Anchor, Badge, Button, Table, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRights } from "../allowed.tsx";
import { Time } from "../parts/Time.tsx";
import { useFormat } from "../parts/useFormat.ts";
import type { Payment } from "./documents.ts";
import { RefundDialog } from "./RefundDialog.tsx";

const OPEN = ["NEW", "FORM_SHOWED"];
const FAILED = ["REJECTED", "CANCELED", "DEADLINE_EXPIRED"];
const color = ({ paid, status }: Payment) => (paid ? "teal" : FAILED.includes(status) ? "red" : "gray");
const left = (payment: Payment) => Number(payment.amount) - Number(payment.refunded);

export function PaymentTable({ payments, onChange }: { payments: Payment[]; onChange: () => void }) {
  const { t } = useTranslation("money");
  const [refunded, setRefunded] = useState<Payment | null>(null);
  return (
    <>
      <Table.ScrollContainer
        minWidth={720}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("payments.title") } }}
      >
        <Table highlightOnHover className="figures">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("payments.created")}</Table.Th>
              <Table.Th ta="right">{t("amount")}</Table.Th>
              <Table.Th>{t("payments.status")}</Table.Th>
              <Table.Th>{t("payments.how")}</Table.Th>
              <Table.Th>{t("payments.order")}</Table.Th>
              <Table.Th aria-label={t("payments.actions")} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {payments.map((payment) => (
              <PaymentRow key={payment.orderId} payment={payment} onRefund={() => setRefunded(payment)} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <RefundDialog payment={refunded} onClose={() => setRefunded(null)} onDone={onChange} />
    </>
  );
}

function PaymentRow({ payment, onRefund }: { payment: Payment; onRefund: () => void }) {
  const { t } = useTranslation("money");
  const { can } = useRights();
  const { money } = useFormat();
  const refunds = can("refundPayment") && payment.paid && left(payment) > 0;
  return (
    <Table.Tr>
      <Table.Td>
        <Time at={payment.createdAt} />
      </Table.Td>
      <Table.Td ta="right">
        {money(payment.amount)}
        {Number(payment.refunded) > 0 && (
          <Text size="xs" c="dimmed">
            {t("payments.refunded", { sum: money(payment.refunded) })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Badge variant="light" miw="max-content" color={color(payment)}>
          {t(`statuses.${payment.status}`)}
        </Badge>
        {payment.errorCode && (
          <Text size="xs" c="dimmed">
            {t("payments.code", { code: payment.errorCode })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{[t(`providers.${payment.provider}`), payment.card].filter(Boolean).join(" · ")}</Table.Td>
      <Table.Td>{payment.orderId}</Table.Td>
      <Table.Td ta="right">
        {OPEN.includes(payment.status) && payment.paymentUrl && (
          <Anchor href={payment.paymentUrl} size="sm">
            {t("payments.go_on")}
          </Anchor>
        )}
        {refunds && (
          <Button size="compact-sm" variant="default" onClick={onRefund}>
            {t("refund.button")}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
