import { useCallback, useMemo } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { useQuery } from "urql";
import { useRights } from "../allowed.tsx";
import { type InboxFilter, type InboxItem, VIEWS } from "./documents.ts";
import { narrowings, readAddress, sameFilter, type View, viewsOf, writeAddress } from "./filter.ts";

/** The view and the filter that the address names: links, the way back and other windows keep them. */
export function useAddress() {
  const { me, can } = useRights();
  const staff = can("savedViews");
  const [{ data }, again] = useQuery({ query: VIEWS, pause: !staff });
  const views = useMemo(() => viewsOf(me.id, staff, data?.savedViews ?? []), [me.id, staff, data]);
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const { view, filter } = useMemo(() => readAddress(parameters, views), [parameters, views]);
  const go = useCallback(
    (next: View, wanted: InboxFilter, replace = false) =>
      void navigate({ pathname, search: `?${writeAddress(next, wanted)}` }, { replace }),
    [navigate, pathname],
  );
  return {
    views,
    view,
    filter,
    changed: !sameFilter({ ...filter, search: null }, { ...view.filter, search: null }),
    narrowings: narrowings(filter),
    refreshViews: () => again({ requestPolicy: "network-only" }),
    choose: (next: View) => go(next, next.filter),
    narrow: (changes: InboxFilter) => go(view, { ...filter, ...changes }),
    search: (text: string) => go(view, { ...filter, search: text }, true),
    reset: () => go(view, view.filter),
    to: (item: InboxItem) => ({
      pathname: `/inbox/${item.kind === "TICKET" ? "tickets" : "dialogs"}/${item.id}`,
      search,
    }),
    close: () => void navigate({ pathname: "/inbox", search }),
  };
}

export type Address = ReturnType<typeof useAddress>;
