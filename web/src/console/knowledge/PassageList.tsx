import { ListTree } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../parts/EmptyState.tsx";
import { PagedList } from "../parts/PagedList.tsx";
import { usePages } from "../parts/usePages.ts";
import { PASSAGES } from "./documents.ts";
import { PassageCard } from "./PassageCard.tsx";

interface PassageListProps {
  source: string;
  assistantId: string | null;
  /** What search sees, or what newer versions have replaced. */
  shown: "current" | "old";
}

/** Passages of a source in their order, page by page. */
export function PassageList({ source, assistantId, shown }: PassageListProps) {
  const { t } = useTranslation("knowledge");
  const chosen = { source, assistantId, current: shown === "current" };
  const pages = usePages(PASSAGES, chosen, (data) => data.knowledgeChunks);
  const none = <EmptyState icon={ListTree} title={t(`passage.none_${shown}`)} text={t(`passage.none_${shown}_text`)} />;
  return (
    <PagedList pages={pages} height={96} empty={none}>
      {(rows) => rows.map((passage) => <PassageCard key={passage.id} passage={passage} />)}
    </PagedList>
  );
}
