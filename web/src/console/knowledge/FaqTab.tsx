import { Badge, Button, Group, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { BookOpenText, Plus, Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation, useQuery } from "urql";
import { Allowed, useRights } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import { DELETE_FAQ, FAQS, type Faq } from "./documents.ts";
import { EntryCard } from "./EntryCard.tsx";
import { EntryModal } from "./EntryModal.tsx";
import { FaqForm } from "./FaqForm.tsx";

/** What customers ask most: entries that they may read themselves, and that answers cite. */
export function FaqTab() {
  const { t } = useTranslation("knowledge");
  const [words, setWords] = useState("");
  const [search] = useDebouncedValue(words.trim(), 250);
  const [changes, setChanges] = useState(0);
  const changed = () => setChanges((count) => count + 1);
  const [opened, form] = useDisclosure();
  return (
    <Stack>
      <Group>
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
        <Allowed to="createFaq">
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={form.open}>
            {t("entry.new_faq")}
          </Button>
        </Allowed>
      </Group>
      <EntryModal title={t("entry.new_faq")} opened={opened} onClose={form.close}>
        <FaqForm onSaved={changed} onClose={form.close} />
      </EntryModal>
      <FaqPages key={`${search}-${changes}`} search={search} onChanged={changed} />
    </Stack>
  );
}

interface FaqPagesProps {
  search: string;
  onChanged: () => void;
}

function FaqPages(props: FaqPagesProps) {
  const [pages, setPages] = useState<(string | null)[]>([null]);
  return pages.map((after) => (
    <FaqPage
      key={after ?? "first"}
      {...props}
      after={after}
      onMore={after === pages.at(-1) ? (next) => setPages((all) => [...all, next]) : undefined}
    />
  ));
}

interface FaqPageProps extends FaqPagesProps {
  after: string | null;
  onMore?: (after: string) => void;
}

function FaqPage({ search, after, onMore, onChanged }: FaqPageProps) {
  const { t } = useTranslation("knowledge");
  const [{ data, error, fetching }, again] = useQuery({
    query: FAQS,
    variables: { filter: search ? { search } : null, after },
    requestPolicy: "cache-and-network",
  });
  const page = data?.faqs;
  if (!page && fetching) return <Loading rows={4} height={110} />;
  if (!page) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  if (page.edges.length === 0 && after === null) {
    return search ? (
      <EmptyState title={t("shell:nothing_found")} text={t("entry.nothing_text")} />
    ) : (
      <EmptyState icon={BookOpenText} title={t("entry.no_faq")} text={t("entry.no_faq_text")} />
    );
  }
  return (
    <>
      {page.edges.map(({ node }) => (
        <FaqCard key={node.id} entry={node} onChanged={onChanged} />
      ))}
      {onMore && page.pageInfo.hasNextPage && (
        <Button variant="default" onClick={() => onMore(page.pageInfo.endCursor ?? "")}>
          {t("shell:more")}
        </Button>
      )}
    </>
  );
}

function FaqCard({ entry, onChanged }: { entry: Faq; onChanged: () => void }) {
  const { t } = useTranslation("knowledge");
  const { can } = useRights();
  const notice = useErrorNotice();
  const [, remove] = useMutation(DELETE_FAQ);
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
        beside={
          <>
            {!entry.isActive && <Badge color="gray">{t("entry.inactive")}</Badge>}
            {entry.category && <Badge variant="light">{entry.category}</Badge>}
          </>
        }
        onEdit={can("updateFaq") ? form.open : undefined}
        onDelete={can("deleteFaq") ? () => void gone() : undefined}
      />
      <EntryModal title={t("entry.edit_faq")} opened={opened} onClose={form.close}>
        <FaqForm entry={entry} onSaved={onChanged} onClose={form.close} />
      </EntryModal>
    </>
  );
}
