import { MultiSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { graphql } from "../graphql.ts";
import { useErrorNotice } from "../parts/errors.ts";
import type { Operator } from "./documents.ts";
import { type OperatorStatus, useHeartbeat } from "./duty.ts";

const NAMES = graphql(`query AssistantNames { assistants { id name } }`);

/** Whose dialogs the person answers: of all assistants, or of those chosen. Not shown where there is no choice. */
export function ServedAssistants({ own, status }: { own: Operator; status: OperatorStatus }) {
  const { t } = useTranslation("queue");
  const notice = useErrorNotice();
  const send = useHeartbeat();
  const [{ data }] = useQuery({ query: NAMES });
  const assistants = data?.assistants ?? [];
  if (assistants.length < 2) return null;
  const choose = async (ids: string[]) => {
    const { error } = await send(status, ids.length === 0 ? { allAssistants: true } : { assistantIds: ids });
    if (error) notice(error);
  };
  return (
    <MultiSelect
      size="xs"
      label={t("served")}
      placeholder={own.assistantIds?.length ? undefined : t("served_all")}
      data={assistants.map((each) => ({ value: each.id, label: each.name }))}
      value={own.assistantIds ?? []}
      onChange={(ids) => void choose(ids)}
      comboboxProps={{ withinPortal: false }}
      clearable
    />
  );
}
