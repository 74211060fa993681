import { Badge, Button, Group, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { MessageCircleQuestion, Plus, Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation, useQuery } from "urql";
import { Allowed, useRights } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import { DELETE_QA, QA_ENTRIES, QA_SEARCH, type QaEntry } from "./documents.ts";
import { EntryCard } from "./EntryCard.tsx";
import { EntryModal } from "./EntryModal.tsx";
import { QaForm } from "./QaForm.tsx";
import { WhoseSelect } from "./WhoseSelect.tsx";
import { useAssistants, useWhose } from "./whose.ts";

/** Questions with their answers, of all assistants or of one. */
export function QaTab() {
  const { t } = useTranslation("knowledge");
  const [assistantId, setAssistantId] = useWhose();
  const [words, setWords] = useState("");
  const [search] = useDebouncedValue(words.trim(), 250);
  const [changes, setChanges] = useState(0);
  const changed = () => setChanges((count) => count + 1);
  const [opened, form] = useDisclosure();
  return (
    <Stack>
      <Group>
        <WhoseSelect value={assistantId} onChange={setAssistantId} />
        <TextInput
          flex={1}
          miw={200}
          aria-label={t("entry.search")}
          placeholder={t("entry.search")}
          leftSection={<Search size={16} aria-hidden />}
          value={words}
          maxLength={200}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        <Allowed to="createQaEntry">
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={form.open}>
            {t("entry.new_qa")}
          </Button>
        </Allowed>
      </Group>
      <EntryModal title={t("entry.new_qa")} opened={opened} onClose={form.close}>
        <QaForm assistantId={assistantId} onSaved={changed} onClose={form.close} />
      </EntryModal>
      {search ? (
        <FoundEntries key={changes} query={search} assistantId={assistantId} onChanged={changed} />
      ) : (
        <EntryPages key={`${assistantId}-${changes}`} assistantId={assistantId} onChanged={changed} />
      )}
    </Stack>
  );
}

interface EntriesProps {
  assistantId: string | null;
  onChanged: () => void;
}

function FoundEntries({ query, assistantId, onChanged }: EntriesProps & { query: string }) {
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

function EntryPages(props: EntriesProps) {
  const [pages, setPages] = useState<(string | null)[]>([null]);
  return pages.map((after) => (
    <EntryPage
      key={after ?? "first"}
      {...props}
      after={after}
      onMore={after === pages.at(-1) ? (next) => setPages((all) => [...all, next]) : undefined}
    />
  ));
}

interface EntryPageProps extends EntriesProps {
  after: string | null;
  onMore?: (after: string) => void;
}

function EntryPage({ assistantId, after, onMore, onChanged }: EntryPageProps) {
  const { t } = useTranslation("knowledge");
  const [{ data, error, fetching }, again] = useQuery({
    query: QA_ENTRIES,
    variables: { assistantId, after },
    requestPolicy: "cache-and-network",
  });
  const page = data?.qaEntries;
  if (!page && fetching) return <Loading rows={4} height={110} />;
  if (!page) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  if (page.edges.length === 0 && after === null) {
    return <EmptyState icon={MessageCircleQuestion} title={t("entry.no_qa")} text={t("entry.no_qa_text")} />;
  }
  return (
    <>
      {page.edges.map(({ node }) => (
        <QaCard key={node.id} entry={node} onChanged={onChanged} />
      ))}
      {onMore && page.pageInfo.hasNextPage && (
        <Button variant="default" onClick={() => onMore(page.pageInfo.endCursor ?? "")}>
          {t("shell:more")}
        </Button>
      )}
    </>
  );
}

function QaCard({ entry, onChanged }: { entry: QaEntry; onChanged: () => void }) {
  const { t } = useTranslation("knowledge");
  const { can } = useRights();
  const { nameOf } = useAssistants();
  const notice = useErrorNotice();
  const [, remove] = useMutation(DELETE_QA);
  const [opened, form] = useDisclosure();
  const gone = async () => {
    const { error } = await remove({ id: entry.id });
    if (error) notice(error);
    onChanged();
  };
  return (
    <>
      <EntryCard
        {...entry}
        beside={<Badge variant="light">{nameOf(entry.assistantId)}</Badge>}
        onEdit={can("updateQaEntry") ? form.open : undefined}
        onDelete={can("deleteQaEntry") ? () => void gone() : undefined}
      />
      <EntryModal title={t("entry.edit_qa")} opened={opened} onClose={form.close}>
        <QaForm entry={entry} assistantId={null} onSaved={onChanged} onClose={form.close} />
      </EntryModal>
    </>
  );
}
