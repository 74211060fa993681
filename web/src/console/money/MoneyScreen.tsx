import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { Wallet } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Route, Routes } from "react-router";
import { Allowed } from "../allowed.tsx";
import type { ResultOf } from "../graphql.ts";
import { useLive } from "../live.ts";
import { PageHeader } from "../parts/PageHeader.tsx";
import { RouteTabs } from "../parts/RouteTabs.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { BalanceTiles } from "./BalanceTiles.tsx";
import { BILLING_EVENTS } from "./documents.ts";
import { Payments } from "./Payments.tsx";
import { TopUp } from "./TopUp.tsx";
import { Transactions } from "./Transactions.tsx";
import { Usage } from "./Usage.tsx";

/** What the company has, how it moved, and the way to put more in. It follows the bank's answers by itself. */
export default function MoneyScreen() {
  const { t } = useTranslation("money");
  const [opened, topUp] = useDisclosure();
  const [moved, setMoved] = useState(0);
  const announce = usePaymentNotice();
  useLive(BILLING_EVENTS, {
    variables: {},
    onEvent: (event) => {
      announce(event);
      setMoved((count) => count + 1);
    },
    onGap: () => setMoved((count) => count + 1),
  });
  return (
    <>
      <PageHeader title={t("title")} text={t("text")}>
        <Allowed to="createPayment">
          <Button leftSection={<Wallet size={16} aria-hidden />} onClick={topUp.open}>
            {t("top_up")}
          </Button>
        </Allowed>
      </PageHeader>
      <BalanceTiles moved={moved} />
      <RouteTabs
        base="/money"
        label={t("title")}
        tabs={[
          { path: "", label: t("payments.title") },
          { path: "transactions", label: t("transactions.title") },
          { path: "usage", label: t("usage.title") },
        ]}
      >
        <Routes>
          <Route index element={<Payments moved={moved} onTopUp={topUp.open} />} />
          <Route path="transactions" element={<Transactions moved={moved} />} />
          <Route path="usage" element={<Usage />} />
        </Routes>
      </RouteTabs>
      <TopUp opened={opened} onClose={topUp.close} />
    </>
  );
}

function usePaymentNotice() {
  const { t } = useTranslation("money");
  const { money } = useFormat();
  return ({ billingEvents: event }: ResultOf<typeof BILLING_EVENTS>) => {
    if (event.kind === "billing.exhausted") {
      notifications.show({ color: "red", title: t("exhausted"), message: t("exhausted_text") });
    } else if (event.payment?.paid) {
      notifications.show({ color: "teal", message: t("paid", { sum: money(event.payment.amount) }) });
    }
  };
}
