import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { type Lead, type LeadStatus, MOVE } from "./documents.ts";

/** How far the company has got with a lead, and where it may move to from there. */
export function StatusSelect({ lead, label }: { lead: Lead; label?: string }) {
  const { t } = useTranslation("leads");
  const { can } = useRights();
  const notice = useErrorNotice();
  const [{ fetching }, move] = useMutation(MOVE);
  const choose = async (status: string | null) => {
    if (status === null || status === lead.status) return;
    const { error } = await move({ id: lead.id, status: status as LeadStatus });
    if (error) notice(error);
  };
  const choices: LeadStatus[] = [lead.status, ...lead.nextStatuses];
  return (
    <Select
      size="xs"
      label={label}
      aria-label={label ? undefined : t("status_of", { name: lead.name })}
      data={choices.map((each) => ({ value: each, label: t(`statuses.${each}`) }))}
      value={lead.status}
      allowDeselect={false}
      disabled={fetching}
      readOnly={!can("updateLeadStatus")}
      onChange={(status) => void choose(status)}
    />
  );
}
