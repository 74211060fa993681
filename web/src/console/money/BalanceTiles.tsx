import { Alert, Box, SimpleGrid } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { StatTile } from "../parts/StatTile.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { BALANCE } from "./documents.ts";

/** The company's purse; `moved` counts what happened to it, so that it is read again. */
export function BalanceTiles({ moved }: { moved: number }) {
  const { t } = useTranslation("money");
  const { money, number } = useFormat();
  const [{ data, error, fetching }, again] = useQuery({ query: BALANCE, requestPolicy: "cache-and-network" });
  useEffect(() => {
    if (moved > 0) again({ requestPolicy: "network-only" });
  }, [moved, again]);
  const balance = data?.balance;
  if (!balance && !fetching) {
    return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  }
  const empty = balance && Number(balance.balance) <= 0;
  // The tiles stand from the beginning, so that nothing below them moves when the figures come.
  const sum = (amount?: string) => (balance && amount !== undefined ? money(amount, balance.currency) : "–");
  return (
    <Box mb="md">
      {empty && (
        <Alert color="red" icon={<TriangleAlert aria-hidden />} title={t("exhausted")} mb="sm">
          {t("exhausted_text")}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
        <StatTile label={t("balance")} value={sum(balance?.balance)} />
        <StatTile label={t("spent")} value={sum(balance?.totalSpent)} />
        <StatTile label={t("bonus")} value={sum(balance?.welcomeBonus)} />
        <StatTile label={t("pending")} value={balance ? number(balance.pendingTransactions) : "–"} />
      </SimpleGrid>
    </Box>
  );
}
