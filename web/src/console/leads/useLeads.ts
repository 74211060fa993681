import { useEffect, useState } from "react";
import { useClient, useQuery } from "urql";
import { useLive } from "../live.ts";
import { EVENTS, LEADS, type Lead, type LeadStatus } from "./documents.ts";

/** Leads of a status, or all; pages are added behind, newcomers come in front by themselves. */
export function useLeads(status: LeadStatus | null) {
  const client = useClient();
  const chosen = status === null ? null : [status];
  const [{ data, error, fetching }, again] = useQuery({
    query: LEADS,
    variables: { status: chosen, after: null },
    requestPolicy: "cache-and-network",
  });
  const [more, setMore] = useState<{ leads: Lead[]; end: string | null } | null>(null);
  const [adding, setAdding] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another status begins its pages anew
  useEffect(() => setMore(null), [status]);
  const read = () => again({ requestPolicy: "network-only" });
  useLive(EVENTS, { variables: { after: null }, onEvent: read, onGap: read });
  const first = data?.leads;
  const end = more ? more.end : first?.pageInfo.hasNextPage ? first.pageInfo.endCursor : null;
  const addPage = async () => {
    setAdding(true);
    const answer = await client.query(LEADS, { status: chosen, after: end }, { requestPolicy: "network-only" });
    setAdding(false);
    const page = answer.data?.leads;
    if (!page) return;
    const leads = [...(more?.leads ?? []), ...page.edges.map((edge) => edge.node)];
    setMore({ leads, end: page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null });
  };
  return {
    leads: first && unique([...first.edges.map((edge) => edge.node), ...(more?.leads ?? [])]),
    error,
    fetching,
    read,
    adding,
    addPage: end ? addPage : null,
  };
}

/** The first of each id: a newcomer moves the others, so that a page may begin with what stands already. */
export function unique(leads: Lead[]): Lead[] {
  return [...new Map(leads.toReversed().map((lead) => [lead.id, lead])).values()].toReversed();
}
