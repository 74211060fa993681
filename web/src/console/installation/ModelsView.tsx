import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { StatTile } from "../parts/StatTile.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { MODELS, type Models } from "./documents.ts";
import { Pools } from "./Pools.tsx";
import { Prices } from "./Prices.tsx";
import { Tokens } from "./Tokens.tsx";

/** Access to chat models: the tokens in their order, how they do, and what requests are reckoned at. */
export function ModelsView() {
  const [{ data, error, fetching }, again] = useQuery({ query: MODELS, requestPolicy: "cache-and-network" });
  const look = () => again({ requestPolicy: "network-only" });
  if (!data?.aiTokens) return fetching ? <Loading rows={5} /> : <ErrorState error={error} onRetry={look} />;
  return (
    <Stack gap="lg">
      <Failovers failovers={data.aiFailovers} />
      <Tokens tokens={data.aiTokens} onChange={look} />
      <Pools pools={data.aiPools ?? []} />
      <Prices prices={data.aiModelPrices ?? []} onChange={look} />
    </Stack>
  );
}

function Failovers({ failovers }: { failovers: Models["aiFailovers"] }) {
  const { t } = useTranslation("installation");
  const { number } = useFormat();
  if (!failovers || failovers.total === 0) return null;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
      <StatTile
        label={t("models.failovers")}
        value={number(failovers.total)}
        note={failovers.mostCommonError && t("models.common_error", { error: failovers.mostCommonError })}
      />
    </SimpleGrid>
  );
}
