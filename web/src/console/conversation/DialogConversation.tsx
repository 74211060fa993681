import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useClient, useMutation, useQuery } from "urql";
import { useLive } from "../live.ts";
import { EmptyState } from "../parts/EmptyState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { Composer, type Outgoing } from "./Composer.tsx";
import { DialogActions, DialogSubtitle } from "./DialogHeader.tsx";
import { DialogPanel } from "./DialogPanel.tsx";
import * as documents from "./dialogDocuments.ts";
import type { Citation } from "./documents.ts";
import { type Draft, drafted } from "./draft.ts";
import { entryOf } from "./entries.ts";
import { Layout } from "./Layout.tsx";
import { useNames } from "./names.ts";
import { PassageDrawer } from "./PassageDrawer.tsx";
import { Thread } from "./Thread.tsx";
import { TypingLine } from "./TypingLine.tsx";
import { Unopened } from "./Unopened.tsx";
import { useClientId } from "./useClientId.ts";
import { useThread } from "./useThread.ts";
import { useTools } from "./useTools.tsx";
import { useTypingSignal, useTypists } from "./useTyping.ts";
import { Viewers } from "./Viewers.tsx";

interface ConversationProps {
  id: string;
  /** Back to the list; without it there is no way back to show. */
  onClose?: () => void;
}

/** A dialog of a visitor with an assistant and operators, live. */
export function DialogConversation({ id, onClose }: ConversationProps) {
  const [{ data, error }, again] = useQuery({
    query: documents.DIALOG,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const refresh = useCallback(() => again({ requestPolicy: "network-only" }), [again]);
  const dialog = data?.dialog;
  if (!dialog || dialog.id !== id)
    return <Unopened error={dialog ? undefined : error} onRetry={refresh} onClose={onClose} />;
  return <OpenDialog key={id} dialog={dialog} since={dialog.lastSeq} onChanged={refresh} onClose={onClose} />;
}

interface OpenDialogProps {
  dialog: documents.Dialog;
  since: number;
  onChanged: () => void;
  onClose?: () => void;
}

export function useCustomerName(dialog: documents.Dialog): string {
  const { t } = useTranslation("conversation");
  const name = [dialog.firstName, dialog.lastName].filter(Boolean).join(" ");
  return name || (dialog.telegramUsername ? `@${dialog.telegramUsername}` : t("visitor", { id: dialog.id }));
}

function OpenDialog({ dialog, since, onChanged, onClose }: OpenDialogProps) {
  const { t } = useTranslation("conversation");
  const customer = useCustomerName(dialog);
  const live = useLiveDialog(dialog.id, since, customer, onChanged);
  const [citation, setCitation] = useState<Citation | null>(null);
  const names = useNames(customer, dialog.assistant.name);
  return (
    <Layout
      title={customer}
      subtitle={<DialogSubtitle dialog={dialog} />}
      actions={
        <>
          <Viewers id={dialog.id} />
          <DialogActions dialog={dialog} onChanged={onChanged} />
        </>
      }
      aside={<DialogPanel dialog={dialog} />}
      onClose={onClose}
    >
      <Thread
        entries={live.entries}
        complete={live.complete}
        error={live.error}
        onRetry={live.reload}
        draft={live.draft}
        staff
        names={names}
        onCite={setCitation}
        toolsOf={useTools(true)}
        empty={<EmptyState title={t("nothing_said")} text={t("nothing_said_text")} />}
      />
      <TypingLine names={live.typists} />
      <Composer
        id={dialog.id}
        staff
        onSend={live.send}
        onTyped={live.typed}
        onStopped={live.stopped}
        onCite={setCitation}
      />
      <PassageDrawer citation={citation} onClose={() => setCitation(null)} />
    </Layout>
  );
}

function useLiveDialog(id: string, since: number, customer: string, onChanged: () => void) {
  const { t } = useTranslation("conversation");
  const client = useClient();
  const failed = useErrorNotice();
  const [after] = useState(since);
  const [draft, setDraft] = useState<Draft | null>(null);
  const typists = useTypists();
  const [, setTyping] = useMutation(documents.SET_DIALOG_TYPING);
  const [, sendMessage] = useMutation(documents.SEND);
  const signal = useTypingSignal(useCallback((isTyping: boolean) => void setTyping({ id, isTyping }), [id, setTyping]));

  const thread = useThread(id, async (cursor) => {
    const asked = { id, after: cursor };
    const { data, error } = await client
      .query(documents.DIALOG_MESSAGES, asked, { requestPolicy: "network-only" })
      .toPromise();
    if (error) throw error;
    const page = data?.dialog?.messages;
    const next = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    return { entries: page?.edges.map(({ node }) => entryOf(node)) ?? [], next };
  });

  useLive(documents.DIALOG_EVENTS, {
    variables: { id, after },
    onEvent: ({ dialogEvents: event }) => {
      switch (event.__typename) {
        case "DialogMessageAdded":
          if (event.message) {
            thread.add([entryOf(event.message)]);
            // Whoever has written does not type any more, though nobody says so.
            typists.hear(event.message.operatorName || customer, false);
          }
          if (event.replyTo) setDraft((draft) => (draft?.turn === event.replyTo ? null : draft));
          break;
        case "AnswerStarted":
        case "AnswerDelta":
        case "AnswerFailed":
          setDraft((draft) => drafted(draft, event));
          break;
        case "DialogTyping":
          typists.hear(event.name || (event.byStaff ? t("somebody") : customer), event.isTyping);
          break;
        default:
          // A person is called instead of an answer: its failure may have been missed.
          if (event.__typename.startsWith("Handoff")) setDraft(null);
          onChanged();
      }
    },
    onGap: () => {
      thread.reload();
      onChanged();
    },
  });

  const clientId = useClientId();
  const send = async (message: Outgoing) => {
    const { data, error } = await sendMessage({ id, input: { ...message, clientId: clientId.of(message) } });
    if (error) failed(error);
    else clientId.arrived();
    if (data?.sendDialogMessage) thread.add([entryOf(data.sendDialogMessage)]);
    return !error;
  };
  return { ...thread, ...signal, draft, typists: typists.names, send };
}
