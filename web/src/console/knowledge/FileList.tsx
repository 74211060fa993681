import { Button, Table } from "@mantine/core";
import { FileText } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { apiLanguage } from "../parts/apiLanguage.ts";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { FILES } from "./documents.ts";
import { FileRow } from "./FileRow.tsx";

interface FileListProps {
  assistantId: string | null;
  /** Rises when the list is to be read anew. */
  changes: number;
  onChanged: () => void;
}

/** What was uploaded: how far it is read, how many passages it gave, or why it could not be read. */
export function FileList({ assistantId, changes, onChanged }: FileListProps) {
  const { t } = useTranslation("knowledge");
  const [pages, setPages] = useState<(string | null)[]>([null]);
  return (
    <Table.ScrollContainer
      minWidth={320}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("tabs.files") } }}
    >
      <Table highlightOnHover verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("file.name")}</Table.Th>
            <Table.Th visibleFrom="sm">{t("whose")}</Table.Th>
            <Table.Th w={{ base: 120, sm: 180 }}>{t("file.status")}</Table.Th>
            <Table.Th visibleFrom="sm">{t("file.added")}</Table.Th>
            <Table.Th w={48} aria-label={t("actions")} />
          </Table.Tr>
        </Table.Thead>
        {pages.map((after) => (
          <FilePage
            key={after ?? "first"}
            after={after}
            assistantId={assistantId}
            changes={changes}
            onChanged={onChanged}
            onMore={(next) => setPages((all) => [...all, next])}
            last={after === pages.at(-1)}
          />
        ))}
      </Table>
    </Table.ScrollContainer>
  );
}

interface FilePageProps extends FileListProps {
  after: string | null;
  last: boolean;
  onMore: (after: string) => void;
}

function FilePage({ after, assistantId, changes, onChanged, last, onMore }: FilePageProps) {
  const { t, i18n } = useTranslation("knowledge");
  const language = apiLanguage(i18n.language);
  const variables = { after, assistantId, language };
  const [{ data, error, fetching }, again] = useQuery({
    query: FILES,
    variables,
    requestPolicy: "cache-and-network",
  });
  useEffect(() => {
    if (changes > 0) again({ requestPolicy: "network-only" });
  }, [changes, again]);
  const retry = () => again({ requestPolicy: "network-only" });
  const page = data?.documents;
  const row = (cell: React.ReactNode, nothing = false) => (
    <Table.Tr data-nothing={nothing || undefined}>
      <Table.Td colSpan={5}>{cell}</Table.Td>
    </Table.Tr>
  );
  return (
    <Table.Tbody>
      {!page && fetching && row(<Loading rows={3} height={40} />)}
      {!page && error && row(<ErrorState error={error} onRetry={retry} />)}
      {page?.edges.map(({ node }) => (
        <FileRow key={node.id} file={node} onDeleted={onChanged} />
      ))}
      {page?.edges.length === 0 &&
        after === null &&
        row(<EmptyState icon={FileText} title={t("file.none")} text={t("file.none_text")} />, true)}
      {last &&
        page?.pageInfo.hasNextPage &&
        row(
          <Button variant="default" fullWidth onClick={() => onMore(page.pageInfo.endCursor ?? "")}>
            {t("shell:more")}
          </Button>,
        )}
    </Table.Tbody>
  );
}
