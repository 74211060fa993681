import { Badge, Stack } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { MessageCircleQuestion } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { useRights } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PagedList } from "../parts/PagedList.tsx";
import { usePages } from "../parts/usePages.ts";
import { DELETE_QA, QA_ENTRIES, QA_SEARCH, type QaEntry } from "./documents.ts";
import { EntryBar } from "./EntryBar.tsx";
import { EntryCard } from "./EntryCard.tsx";
import { EntryModal } from "./EntryModal.tsx";
import { QaForm } from "./QaForm.tsx";
import { useRemoval } from "./useRemoval.ts";
import { WhoseSelect } from "./WhoseSelect.tsx";
import { useAssistants, useWhose } from "./whose.ts";

/** Questions with their answers, of all assistants or of one. */
export function QaTab() {
  const { t } = useTranslation("knowledge");
  const [assistantId, setAssistantId] = useWhose();
  const [words, setWords] = useState("");
  const [search] = useDebouncedValue(words.trim(), 250);
  const [changes, setChanges] = useState(0);
  const pages = usePages(QA_ENTRIES, { assistantId }, (data) => data.qaEntries);
  const changed = () => {
    setChanges((count) => count + 1);
    pages.reload();
  };
  return (
    <Stack>
      <EntryBar
        words={words}
        onWords={setWords}
        operation="createQaEntry"
        making={t("entry.new_qa")}
        form={(close) => <QaForm assistantId={assistantId} onSaved={changed} onClose={close} />}
      >
        <WhoseSelect value={assistantId} onChange={setAssistantId} />
      </EntryBar>
      {search ? (
        <FoundEntries key={changes} query={search} assistantId={assistantId} onChanged={changed} />
      ) : (
        <PagedList
          pages={pages}
          height={110}
          empty={<EmptyState icon={MessageCircleQuestion} title={t("entry.no_qa")} text={t("entry.no_qa_text")} />}
        >
          {(rows) => rows.map((entry) => <QaCard key={entry.id} entry={entry} onChanged={changed} />)}
        </PagedList>
      )}
    </Stack>
  );
}

interface FoundEntriesProps {
  query: string;
  assistantId: string | null;
  onChanged: () => void;
}

function FoundEntries({ query, assistantId, onChanged }: FoundEntriesProps) {
  const { t } = useTranslation("knowledge");
  const [{ data, error, fetching }, again] = useQuery({
    query: QA_SEARCH,
    variables: { query, assistantId },
    requestPolicy: "cache-and-network",
  });
  const found = data?.qaSearch;
  if (!found && fetching) return <Loading rows={3} height={110} />;
  if (!found) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  if (found.length === 0) return <EmptyState title={t("shell:nothing_found")} text={t("entry.nothing_text")} />;
  return found.map((entry) => <QaCard key={entry.id} entry={entry} onChanged={onChanged} />);
}

function QaCard({ entry, onChanged }: { entry: QaEntry; onChanged: () => void }) {
  const { t } = useTranslation("knowledge");
  const { can } = useRights();
  const { nameOf } = useAssistants();
  const remove = useRemoval(DELETE_QA, onChanged);
  const [opened, form] = useDisclosure();
  return (
    <>
      <EntryCard
        {...entry}
        beside={<Badge variant="light">{nameOf(entry.assistantId)}</Badge>}
        onEdit={can("updateQaEntry") ? form.open : undefined}
        onDelete={can("deleteQaEntry") ? () => void remove(entry.id) : undefined}
      />
      <EntryModal title={t("entry.edit_qa")} opened={opened} onClose={form.close}>
        <QaForm entry={entry} assistantId={null} onSaved={onChanged} onClose={form.close} />
      </EntryModal>
    </>
  );
}
