import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient, useMutation, useQuery } from "urql";
import { useRights } from "../allowed.tsx";
import { useLive } from "../live.ts";
import { useErrorNotice } from "../parts/errors.ts";
import { Composer, type Outgoing } from "./Composer.tsx";
import * as documents from "./documents.ts";
import { type Draft, drafted } from "./draft.ts";
import { type Entry, entryOf } from "./entries.ts";
import { Layout } from "./Layout.tsx";
import { useNames } from "./names.ts";
import { PassageDrawer } from "./PassageDrawer.tsx";
import { Thread } from "./Thread.tsx";
import { TicketActions, TicketSubtitle } from "./TicketHeader.tsx";
import { TicketPanel } from "./TicketPanel.tsx";
import { TypingLine } from "./TypingLine.tsx";
import { Unopened } from "./Unopened.tsx";
import { useThread } from "./useThread.ts";
import { useTools } from "./useTools.tsx";
import { useTypingSignal, useTypists } from "./useTyping.ts";
import { Viewers } from "./Viewers.tsx";

interface ConversationProps {
  id: string;
  /** Back to the list; without it there is no way back to show. */
  onClose?: () => void;
}

/** A ticket: what was said, live, and what its reader may do with it. */
export function TicketConversation({ id, onClose }: ConversationProps) {
  const [{ data, error }, again] = useQuery({
    query: documents.TICKET,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const ticket = data?.ticket;
  const retry = () => again({ requestPolicy: "network-only" });
  if (!ticket || ticket.id !== id)
    return <Unopened error={ticket ? undefined : error} onRetry={retry} onClose={onClose} />;
  return <OpenTicket key={id} ticket={ticket} since={ticket.lastSeq} onClose={onClose} />;
}

interface OpenTicketProps {
  ticket: documents.Ticket;
  since: number | null;
  onClose?: () => void;
}

function OpenTicket({ ticket, since, onClose }: OpenTicketProps) {
  const { can } = useRights();
  const staff = can("viewers");
  const live = useLiveTicket(ticket, since);
  const [citation, setCitation] = useState<documents.Citation | null>(null);
  const names = useNames(ticket.author?.fullName, undefined);
  return (
    <Layout
      title={ticket.title}
      subtitle={<TicketSubtitle ticket={ticket} />}
      actions={
        <>
          <Viewers id={ticket.id} />
          <TicketActions ticket={ticket} staff={staff} />
        </>
      }
      aside={<TicketPanel ticket={ticket} staff={staff} />}
      onClose={onClose}
    >
      <Thread
        entries={live.entries}
        complete={live.complete}
        error={live.error}
        onRetry={live.reload}
        draft={live.draft}
        staff={staff}
        names={names}
        onCite={setCitation}
        toolsOf={useTools(staff)}
        empty={null}
      />
      <TypingLine names={live.typists} />
      <Composer
        id={ticket.id}
        staff={staff}
        onSend={live.send}
        onTyped={live.typed}
        onStopped={live.stopped}
        onCite={setCitation}
      />
      <PassageDrawer citation={citation} onClose={() => setCitation(null)} />
    </Layout>
  );
}

/** The ticket's own text is what its customer said first. */
function opening(ticket: documents.Ticket): Entry {
  return {
    id: "0",
    authorKind: "CUSTOMER",
    name: ticket.author?.fullName || null,
    text: ticket.description || ticket.title,
    internal: false,
    confidence: null,
    model: null,
    createdAt: ticket.createdAt,
    citations: [],
    attachments: [],
  };
}

function useLiveTicket(ticket: documents.Ticket, since: number | null) {
  const { id } = ticket;
  const { t } = useTranslation("conversation");
  const client = useClient();
  const failed = useErrorNotice();
  const [after] = useState(since);
  const [draft, setDraft] = useState<Draft | null>(null);
  const typists = useTypists();
  const [, setTyping] = useMutation(documents.SET_TYPING);
  const [, addMessage] = useMutation(documents.ADD_MESSAGE);
  const signal = useTypingSignal(useCallback((isTyping: boolean) => void setTyping({ id, isTyping }), [id, setTyping]));

  const thread = useThread(id, async (cursor) => {
    const asked = { id, after: cursor };
    const { data, error } = await client
      .query(documents.TICKET_MESSAGES, asked, { requestPolicy: "network-only" })
      .toPromise();
    if (error) throw error;
    const page = data?.ticket?.messages;
    const next = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    return { entries: page?.edges.map(({ node }) => entryOf(node)) ?? [], next };
  });

  useLive(documents.TICKET_EVENTS, {
    variables: { id, after },
    onEvent: ({ ticketEvents: event }) => {
      if (event.__typename !== "MessageAdded" || !event.message) return;
      thread.add([entryOf(event.message)]);
      // The last word of the stream, or of the typist, may have been missed.
      typists.hear(event.message.author?.fullName || t("somebody"), false);
      if (event.message.authorKind === "ASSISTANT") setDraft(null);
    },
    onGap: thread.reload,
  });
  useLive(documents.ANSWERS, {
    variables: { id },
    onEvent: ({ answerStream: step }) => {
      if (step.__typename === "AnswerFinished") thread.add([entryOf(step.message)]);
      setDraft((draft) => drafted(draft, step));
    },
  });
  useLive(documents.TYPING, {
    variables: { id },
    onEvent: ({ typing }) => typists.hear(typing.user?.fullName || t("somebody"), typing.isTyping),
  });

  const send = async (message: Outgoing) => {
    const { data, error } = await addMessage({ id, ...message });
    if (error) failed(error);
    if (data?.addMessage) thread.add([entryOf(data.addMessage)]);
    return !error;
  };
  const entries = useMemo(() => [opening(ticket), ...thread.entries], [ticket, thread.entries]);
  return { ...thread, ...signal, entries, draft, typists: typists.names, send };
}
