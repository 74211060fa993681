import { Badge, Stack } from "@mantine/core";
import { useDebouncedValue, useDisclosure } from "@mantine/hooks";
import { BookOpenText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRights } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { PagedList } from "../parts/PagedList.tsx";
import { usePages } from "../parts/usePages.ts";
import { DELETE_FAQ, FAQS, type Faq } from "./documents.ts";
import { EntryBar } from "./EntryBar.tsx";
import { EntryCard } from "./EntryCard.tsx";
import { EntryModal } from "./EntryModal.tsx";
import { FaqForm } from "./FaqForm.tsx";
import { useRemoval } from "./useRemoval.ts";

/** What customers ask most: entries that they may read themselves, and that answers cite. */
export function FaqTab() {
  const { t } = useTranslation("knowledge");
  const [words, setWords] = useState("");
  const [search] = useDebouncedValue(words.trim(), 250);
  const pages = usePages(FAQS, { filter: search ? { search } : null }, (data) => data.faqs);
  const none = search ? (
    <EmptyState title={t("shell:nothing_found")} text={t("entry.nothing_text")} />
  ) : (
    <EmptyState icon={BookOpenText} title={t("entry.no_faq")} text={t("entry.no_faq_text")} />
  );
  return (
    <Stack>
      <EntryBar
        words={words}
        onWords={setWords}
        operation="createFaq"
        making={t("entry.new_faq")}
        form={(close) => <FaqForm onSaved={pages.reload} onClose={close} />}
      />
      <PagedList pages={pages} height={110} empty={none}>
        {(rows) => rows.map((entry) => <FaqCard key={entry.id} entry={entry} onChanged={pages.reload} />)}
      </PagedList>
    </Stack>
  );
}

function FaqCard({ entry, onChanged }: { entry: Faq; onChanged: () => void }) {
  const { t } = useTranslation("knowledge");
  const { can } = useRights();
  const remove = useRemoval(DELETE_FAQ, onChanged);
  const [opened, form] = useDisclosure();
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
        onDelete={can("deleteFaq") ? () => void remove(entry.id) : undefined}
      />
      <EntryModal title={t("entry.edit_faq")} opened={opened} onClose={form.close}>
        <FaqForm entry={entry} onSaved={onChanged} onClose={form.close} />
      </EntryModal>
    </>
  );
}
