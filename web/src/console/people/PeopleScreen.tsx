import { Button, Modal } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Plus, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Allowed } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { PagedList } from "../parts/PagedList.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { usePages } from "../parts/usePages.ts";
import { PEOPLE, type Person } from "./documents.ts";
import { NewPerson } from "./NewPerson.tsx";
import { ANYBODY, type Narrowing, PeopleFilters } from "./PeopleFilters.tsx";
import { PeopleTable } from "./PeopleTable.tsx";
import { PersonDrawer } from "./PersonDrawer.tsx";

const PAGE = 50;

/** The users of the company: found, added, given roles, shut out. */
export default function PeopleScreen() {
  const { t } = useTranslation("people");
  const [narrowing, setNarrowing] = useState<Narrowing>(ANYBODY);
  const [open, setOpen] = useState<Person | null>(null);
  const filter = {
    role: narrowing.role && [narrowing.role],
    isActive: narrowing.isActive,
    search: narrowing.search.trim() || null,
  };
  const pages = usePages(PEOPLE, { first: PAGE, filter }, (data) => data.users);
  const narrowed = narrowing !== ANYBODY;
  const [adding, form] = useDisclosure();
  return (
    <>
      <PageHeader title={t("title")} text={t("text")}>
        <Allowed to="createUser">
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={form.open}>
            {t("add")}
          </Button>
        </Allowed>
      </PageHeader>
      <PeopleFilters value={narrowing} onChange={setNarrowing} />
      <PagedList
        pages={pages}
        empty={
          <EmptyState
            icon={Users}
            title={t(narrowed ? "none" : "empty")}
            text={t(narrowed ? "none_text" : "empty_text")}
          />
        }
      >
        {(people) => <PeopleTable people={people} onOpen={setOpen} />}
      </PagedList>
      <Modal opened={adding} onClose={form.close} title={t("add")}>
        <NewPerson onClose={form.close} onCreated={pages.reload} />
      </Modal>
      <PersonDrawer person={open} onClose={() => setOpen(null)} onChanged={pages.reload} />
    </>
  );
}
