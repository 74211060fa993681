import { Button, Center, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "./ErrorState.tsx";
import { Loading } from "./Loading.tsx";

interface PagedListProps<Node> {
  pages: {
    rows: Node[];
    waiting: boolean;
    fetching: boolean;
    error: Error | undefined;
    hasMore: boolean;
    more: () => void;
    reload: () => void;
  };
  empty: ReactNode;
  /** Of a row, in pixels: what stands there until the rows do. */
  height?: number;
  children: (rows: Node[]) => ReactNode;
}

/** The states of a list of `usePages`: being read, failed, empty, or its rows with the way to more of them. */
export function PagedList<Node>({ pages, empty, height = 44, children }: PagedListProps<Node>) {
  const { t } = useTranslation();
  if (pages.waiting) return <Loading rows={6} height={height} />;
  if (pages.error && pages.rows.length === 0) return <ErrorState error={pages.error} onRetry={pages.reload} />;
  if (pages.rows.length === 0) return empty;
  return (
    <Stack>
      {children(pages.rows)}
      {pages.error && <ErrorState error={pages.error} onRetry={pages.reload} />}
      {pages.hasMore && (
        <Center>
          <Button variant="default" onClick={pages.more} loading={pages.fetching}>
            {t("more")}
          </Button>
        </Center>
      )}
    </Stack>
  );
}
