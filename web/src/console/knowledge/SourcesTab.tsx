import { Anchor, Badge, Button, Group, Stack, Table } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { ListTree, RefreshCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMutation, useQuery } from "urql";
import { Allowed } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import { Time } from "../parts/Time.tsx";
import { REINDEX, SOURCES, type Source } from "./documents.ts";
import { sourceAddress } from "./sources.ts";
import { WhoseSelect } from "./WhoseSelect.tsx";
import { useWhose } from "./whose.ts";

/** Every document and feed with the passages that it gave. */
export function SourcesTab() {
  const [assistantId, setAssistantId] = useWhose();
  return (
    <Stack>
      <Group justify="space-between">
        <WhoseSelect value={assistantId} onChange={setAssistantId} />
        {assistantId === null && (
          <Allowed to="reindexKnowledge">
            <Reindex source={null} />
          </Allowed>
        )}
      </Group>
      <SourceList assistantId={assistantId} />
    </Stack>
  );
}

function SourceList({ assistantId }: { assistantId: string | null }) {
  const { t } = useTranslation("knowledge");
  const [{ data, error, fetching }, again] = useQuery({
    query: SOURCES,
    variables: { assistantId },
    requestPolicy: "cache-and-network",
  });
  const sources = data?.knowledgeSources;
  if (!sources && fetching) return <Loading rows={5} height={44} />;
  if (!sources) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  if (sources.length === 0) {
    return <EmptyState icon={ListTree} title={t("source.none")} text={t("source.none_text")} />;
  }
  return (
    <Table.ScrollContainer
      minWidth={320}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("tabs.sources") } }}
    >
      <Table highlightOnHover verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("source.name")}</Table.Th>
            <Table.Th>{t("source.passages")}</Table.Th>
            <Table.Th visibleFrom="sm">{t("source.updated")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sources.map((source) => (
            <SourceRow key={source.id} source={source} assistantId={assistantId} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function SourceRow({ source, assistantId }: { source: Source; assistantId: string | null }) {
  return (
    <Table.Tr>
      <Table.Td maw={360}>
        <Anchor component={Link} to={sourceAddress(source.name, assistantId)} style={{ overflowWrap: "anywhere" }}>
          {source.name}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Badge variant="light" className="figures">
          {source.chunks}
        </Badge>
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: "nowrap" }}>
        <Time at={source.updatedAt} relative />
      </Table.Td>
    </Table.Tr>
  );
}

/** Has the passages of a source embedded anew, of all sources where none is named. */
export function Reindex({ source }: { source: string | null }) {
  const { t } = useTranslation("knowledge");
  const [{ fetching }, reindex] = useMutation(REINDEX);
  const notice = useErrorNotice();
  const start = async () => {
    const { data, error } = await reindex({ source });
    const report = data?.reindexKnowledge;
    if (!report) return notice(error);
    const { success, failed } = report;
    notifications.show({
      color: failed > 0 ? "orange" : undefined,
      message: failed > 0 ? t("reindex.partly", { success, failed }) : t("reindex.done", { count: success }),
    });
  };
  return (
    <Button
      variant="default"
      leftSection={<RefreshCw size={16} aria-hidden />}
      loading={fetching}
      onClick={() => void start()}
    >
      {t(source === null ? "reindex.all" : "reindex.one")}
    </Button>
  );
}
