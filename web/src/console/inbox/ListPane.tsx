import { Button, Center, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { useRights } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { BulkBar } from "./BulkBar.tsx";
import { COUNTS } from "./documents.ts";
import { FilterChips } from "./FilterChips.tsx";
import { InboxRow } from "./InboxRow.tsx";
import { NewTicket } from "./NewTicket.tsx";
import { ShortcutHelp } from "./ShortcutHelp.tsx";
import { Toolbar } from "./Toolbar.tsx";
import { useAddress } from "./useAddress.ts";
import { useBulk } from "./useBulk.tsx";
import { useInbox } from "./useInbox.ts";
import { useKeys } from "./useKeys.ts";
import { useSelection } from "./useSelection.ts";

/** Views, search and filters, and the conversations that they show. */
export function ListPane() {
  const { can } = useRights();
  const staff = can("inboxCounts");
  const address = useAddress();
  const [{ data }, countAgain] = useQuery({ query: COUNTS, pause: !staff });
  const recount = useCallback(() => staff && countAgain({ requestPolicy: "network-only" }), [staff, countAgain]);
  const inbox = useInbox(address.filter, recount);
  const selection = useSelection(inbox.entries);
  const bulk = useBulk(selection.items, () => {
    selection.clear();
    inbox.refresh();
  });
  const [help, helping] = useDisclosure();
  const [create, creating] = useDisclosure();
  const search = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useKeys(list, {
    search: () => search.current?.focus(),
    help: helping.open,
    create: creating.open,
    select: (id) => staff && id !== null && selection.toggle(id),
    done: (id) => staff && void bulk.finish(selection.or(id)),
    mine: (id) => staff && void bulk.assignToMe(selection.or(id)),
    close: () => (selection.items.length > 0 ? selection.clear() : address.close()),
  });
  return (
    <>
      <Toolbar
        address={address}
        counts={data?.inboxCounts ?? undefined}
        search={search}
        onHelp={helping.open}
        onCreate={creating.open}
      />
      <FilterChips address={address} />
      {staff && <BulkBar selection={selection} bulk={bulk} />}
      <Entries inbox={inbox} address={address} selection={selection} list={list} staff={staff} />
      <ShortcutHelp opened={help} onClose={helping.close} />
      <NewTicket opened={create} onClose={creating.close} onCreated={inbox.refresh} />
    </>
  );
}

interface EntriesProps {
  inbox: ReturnType<typeof useInbox>;
  address: ReturnType<typeof useAddress>;
  selection: ReturnType<typeof useSelection>;
  list: React.RefObject<HTMLUListElement | null>;
  staff: boolean;
}

function Entries({ inbox, address, selection, list, staff }: EntriesProps) {
  const { t } = useTranslation("inbox");
  if (inbox.loading) return <Loading rows={7} height={84} />;
  if (inbox.error && inbox.entries.length === 0) return <ErrorState error={inbox.error} onRetry={inbox.refresh} />;
  if (inbox.entries.length === 0) return <Nothing address={address} staff={staff} />;
  return (
    <div className="inbox-scroll">
      <ul ref={list} className="inbox-entries" aria-label={t("title")}>
        {inbox.entries.map((entry) => (
          <InboxRow
            key={entry.node.id}
            entry={entry}
            to={address.to(entry.node)}
            selected={selection.has(entry.node.id)}
            onSelect={staff ? () => selection.toggle(entry.node.id) : undefined}
          />
        ))}
      </ul>
      {inbox.hasMore && (
        <Center p="md">
          <Button variant="default" size="xs" loading={inbox.loadingMore} onClick={inbox.more}>
            {t("shell:more")}
          </Button>
        </Center>
      )}
    </div>
  );
}

function Nothing({ address, staff }: Pick<EntriesProps, "address" | "staff">) {
  const { t } = useTranslation("inbox");
  const searched = Boolean(address.filter.search);
  const narrowed = address.changed || searched;
  const text = narrowed ? "empty_narrowed" : staff ? "empty_staff" : "empty_customer";
  return (
    <EmptyState
      title={t(narrowed ? "nothing_found" : "empty")}
      text={t(text)}
      action={
        narrowed && (
          <Stack align="center" gap="xs">
            <Button variant="light" size="xs" onClick={address.reset}>
              {t("reset_filters")}
            </Button>
            {searched && (
              <Text size="xs" ta="center">
                {t("search_help")}
              </Text>
            )}
          </Stack>
        )
      }
    />
  );
}
