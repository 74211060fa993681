import { List, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import {
  ARCHIVE_DIALOGS,
  DELETE_TICKETS,
  type Failure,
  type InboxItem,
  REOPEN_DIALOGS,
  UPDATE_TICKETS,
  type UpdateTicketsInput,
} from "./documents.ts";

interface Outcome {
  failures: Failure[];
  done: number;
}

const idsOf = (items: InboxItem[], kind: InboxItem["kind"]) =>
  items.filter((item) => item.kind === kind).map((item) => item.id);
const FULL = 100;

/** The same change of many conversations, a hundred at a time; what was refused is told one by one. */
export function useBulk(chosen: InboxItem[], onDone: () => void) {
  const { me } = useRights();
  const [busy, setBusy] = useState(false);
  const tell = useOutcome();
  const fail = useErrorNotice();
  const changes = useChanges();
  const run = async (ids: string[], change: (ids: string[]) => Promise<Outcome>, others?: Promise<Outcome>) => {
    setBusy(true);
    try {
      const outcomes = others ? [await others] : [];
      for (let from = 0; from < ids.length; from += FULL) outcomes.push(await change(ids.slice(from, from + FULL)));
      tell({
        done: outcomes.reduce((sum, each) => sum + each.done, 0),
        failures: outcomes.flatMap((each) => each.failures),
      });
    } catch (error) {
      fail(error as Error);
    } finally {
      setBusy(false);
      onDone();
    }
  };
  const onTickets = (items: InboxItem[], input: UpdateTicketsInput) =>
    run(idsOf(items, "TICKET"), (ids) => changes.update(ids, input));
  return {
    busy,
    chosen,
    update: (input: UpdateTicketsInput) => onTickets(chosen, input),
    assignToMe: (items: InboxItem[]) => onTickets(items, { assignedTo: me.id }),
    remove: () => run(idsOf(chosen, "TICKET"), changes.remove),
    reopen: () => {
      const dialogs = idsOf(chosen, "DIALOG");
      return run(
        idsOf(chosen, "TICKET"),
        (ids) => changes.update(ids, { status: "REOPENED" }),
        dialogs.length > 0 ? changes.reopen(dialogs) : undefined,
      );
    },
    /** Tickets are resolved, dialogs put aside. */
    finish: (items: InboxItem[]) => {
      const dialogs = idsOf(items, "DIALOG");
      return run(
        idsOf(items, "TICKET"),
        (ids) => changes.update(ids, { status: "RESOLVED" }),
        dialogs.length > 0 ? changes.archive(dialogs) : undefined,
      );
    },
  };
}

export type Bulk = ReturnType<typeof useBulk>;

function useChanges() {
  const [, updateTickets] = useMutation(UPDATE_TICKETS);
  const [, deleteTickets] = useMutation(DELETE_TICKETS);
  const [, archiveDialogs] = useMutation(ARCHIVE_DIALOGS);
  const [, reopenDialogs] = useMutation(REOPEN_DIALOGS);
  const checked = <T extends object>(told: T | null | undefined, error: Error | undefined): T => {
    if (!told) throw error ?? new Error("bulk");
    return told;
  };
  return {
    update: async (ids: string[], input: UpdateTicketsInput): Promise<Outcome> => {
      const { data, error } = await updateTickets({ ids, input });
      const { tickets, failures } = checked(data?.updateTickets, error);
      return { done: tickets.length, failures };
    },
    remove: async (ids: string[]): Promise<Outcome> => {
      const { data, error } = await deleteTickets({ ids });
      const { ids: gone, failures } = checked(data?.deleteTickets, error);
      return { done: gone.length, failures };
    },
    archive: async (ids: string[]): Promise<Outcome> => {
      const { data, error } = await archiveDialogs({ ids });
      const { dialogs, failures } = checked(data?.archiveDialogs, error);
      return { done: dialogs.length, failures };
    },
    reopen: async (ids: string[]): Promise<Outcome> => {
      const { data, error } = await reopenDialogs({ ids });
      const { dialogs, failures } = checked(data?.reopenDialogs, error);
      return { done: dialogs.length, failures };
    },
  };
}

function useOutcome(): (outcome: Outcome) => void {
  const { t, i18n } = useTranslation("inbox");
  const reason = (failure: Failure) =>
    i18n.exists(`inbox:refusals.${failure.code}`)
      ? t(`refusals.${failure.code}`)
      : i18n.exists(`shell:errors.${failure.code}`)
        ? t(`shell:errors.${failure.code}`)
        : failure.message;
  return ({ done, failures }) =>
    void notifications.show({
      color: failures.length > 0 ? "yellow" : "green",
      autoClose: failures.length > 0 ? 12_000 : 3_000,
      message: (
        <>
          <Text size="sm">{t("changed", { count: done })}</Text>
          {failures.length > 0 && (
            <List size="sm">
              {failures.slice(0, 5).map((failure) => (
                <List.Item key={failure.id}>{t("refused", { id: failure.id, reason: reason(failure) })}</List.Item>
              ))}
            </List>
          )}
        </>
      ),
    });
}
