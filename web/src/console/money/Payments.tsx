import { Button, Select } from "@mantine/core";
import { CreditCard } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useRights } from "../allowed.tsx";
import type { Enum } from "../graphql.ts";
import { EmptyState } from "../parts/EmptyState.tsx";
import { PagedList } from "../parts/PagedList.tsx";
import { usePages } from "../parts/usePages.ts";
import { PAYMENTS } from "./documents.ts";
import { PaymentTable } from "./PaymentTable.tsx";

type Status = Enum<"PaymentStatus">;
const STATUSES: Status[] = ["NEW", "FORM_SHOWED", "AUTHORIZED", "CONFIRMED", "REJECTED", "CANCELED",
  "DEADLINE_EXPIRED", "PARTIAL_REFUNDED", "REFUNDED"]; // biome-ignore format: a list

/** Payments by card, newest first; read again when the bank has told of one. */
export function Payments({ moved, onTopUp }: { moved: number; onTopUp: () => void }) {
  const { t } = useTranslation("money");
  const { can } = useRights();
  const [status, setStatus] = useState<Status | null>(null);
  const pages = usePages(PAYMENTS, { status }, (data) => data.payments);
  const refresh = useEffectEvent(pages.reload);
  useEffect(() => {
    if (moved > 0) refresh();
  }, [moved]);
  const action = can("createPayment") && !status && <Button onClick={onTopUp}>{t("top_up")}</Button>;
  return (
    <>
      <Select
        aria-label={t("payments.status")}
        placeholder={t("payments.any_status")}
        clearable
        value={status}
        onChange={(value) => setStatus(value as Status | null)}
        data={STATUSES.map((each) => ({ value: each, label: t(`statuses.${each}`) }))}
        w={240}
        mb="sm"
      />
      <PagedList
        pages={pages}
        empty={
          <EmptyState icon={CreditCard} title={t("payments.empty")} text={t("payments.empty_text")} action={action} />
        }
      >
        {(rows) => <PaymentTable payments={rows} onChange={pages.reload} />}
      </PagedList>
    </>
  );
}
