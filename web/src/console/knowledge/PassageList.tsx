import { Button, Stack } from "@mantine/core";
import { ListTree } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PASSAGES } from "./documents.ts";
import { PassageCard } from "./PassageCard.tsx";

interface PassageListProps {
  source: string;
  assistantId: string | null;
  /** What search sees, or what newer versions have replaced. */
  shown: "current" | "old";
}

/** Passages of a source in their order, page by page. */
export function PassageList(props: PassageListProps) {
  const [pages, setPages] = useState<(string | null)[]>([null]);
  return (
    <Stack>
      {pages.map((after) => (
        <PassagePage
          key={after ?? "first"}
          {...props}
          after={after}
          last={after === pages.at(-1)}
          onMore={(next) => setPages((all) => [...all, next])}
        />
      ))}
    </Stack>
  );
}

interface PassagePageProps extends PassageListProps {
  after: string | null;
  last: boolean;
  onMore: (after: string) => void;
}

function PassagePage({ source, assistantId, shown, after, last, onMore }: PassagePageProps) {
  const { t } = useTranslation("knowledge");
  const [{ data, error, fetching }, again] = useQuery({
    query: PASSAGES,
    variables: { source, assistantId, current: shown === "current", after },
    requestPolicy: "cache-and-network",
  });
  const page = data?.knowledgeChunks;
  if (!page && fetching) return <Loading rows={4} height={96} />;
  if (!page) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  if (page.edges.length === 0 && after === null) {
    return <EmptyState icon={ListTree} title={t(`passage.none_${shown}`)} text={t(`passage.none_${shown}_text`)} />;
  }
  return (
    <>
      {page.edges.map(({ node }) => (
        <PassageCard key={node.id} passage={node} />
      ))}
      {last && page.pageInfo.hasNextPage && (
        <Button variant="default" onClick={() => onMore(page.pageInfo.endCursor ?? "")}>
          {t("shell:more")}
        </Button>
      )}
    </>
  );
}
