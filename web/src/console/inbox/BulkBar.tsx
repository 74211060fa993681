import { ActionIcon, Checkbox, Loader, Menu, Text, Tooltip } from "@mantine/core";
import { modals } from "@mantine/modals";
import { Check, CircleDot, Flag, type LucideIcon, RotateCcw, Tag, Trash2, UserPlus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Allowed } from "../allowed.tsx";
import { PRIORITIES, STATUSES } from "./fields.ts";
import type { Bulk } from "./useBulk.tsx";
import { useChoices } from "./useChoices.ts";
import type { Selection } from "./useSelection.ts";

/** How many are chosen and what can be done with all of them. It keeps its place while nothing is. */
export function BulkBar({ selection, bulk }: { selection: Selection; bulk: Bulk }) {
  const { t } = useTranslation("inbox");
  const count = selection.items.length;
  const tickets = selection.items.filter((item) => item.kind === "TICKET").length;
  return (
    <div className="inbox-bulk" role="toolbar" aria-label={t("bulk")}>
      <Checkbox
        size="xs"
        checked={count > 0 && count === selection.total}
        indeterminate={count > 0 && count < selection.total}
        onChange={count > 0 ? selection.clear : selection.all}
        disabled={selection.total === 0}
        label={count > 0 ? t("chosen", { count }) : t("select_all")}
        style={{ flex: 1 }}
      />
      {bulk.busy && <Loader size="xs" />}
      {count > 0 && !bulk.busy && (
        <>
          {tickets > 0 && <TicketActions bulk={bulk} tickets={tickets} />}
          <Action label={t("finish")} icon={Check} onClick={() => void bulk.finish(selection.items)} />
          <Action label={t("reopen")} icon={RotateCcw} onClick={() => void bulk.reopen()} />
        </>
      )}
    </div>
  );
}

interface ActionProps {
  label: string;
  icon: LucideIcon;
  color?: string;
  onClick?: () => void;
}

function Action({ label, icon: Icon, color = "gray", onClick }: ActionProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color={color} onClick={onClick} aria-label={label}>
        <Icon size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function Choose({ label, icon: Icon, children }: ActionProps & { children: ReactNode }) {
  return (
    <Menu position="bottom-end" shadow="md" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={label} title={label}>
          <Icon size={17} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown mah="60dvh" style={{ overflowY: "auto" }}>
        <Menu.Label>{label}</Menu.Label>
        {children}
      </Menu.Dropdown>
    </Menu>
  );
}

function TicketActions({ bulk, tickets }: { bulk: Bulk; tickets: number }) {
  const { t } = useTranslation("inbox");
  const { people, categories } = useChoices();
  return (
    <>
      <Choose label={t("assign")} icon={UserPlus}>
        {people.map(({ value, label }) => (
          <Menu.Item key={value} onClick={() => void bulk.update({ assignedTo: value })}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => void bulk.update({ assignedTo: null })}>{t("nobody")}</Menu.Item>
      </Choose>
      <Choose label={t("set_status")} icon={CircleDot}>
        {STATUSES.map((status) => (
          <Menu.Item key={status} onClick={() => void bulk.update({ status })}>
            {t(`status.${status}`)}
          </Menu.Item>
        ))}
      </Choose>
      <Choose label={t("set_priority")} icon={Flag}>
        {PRIORITIES.map((priority) => (
          <Menu.Item key={priority} onClick={() => void bulk.update({ priority })}>
            {t(`priority.${priority}`)}
          </Menu.Item>
        ))}
      </Choose>
      <Choose label={t("set_category")} icon={Tag}>
        {categories.map(({ value, label }) => (
          <Menu.Item key={value} onClick={() => void bulk.update({ categoryId: value })}>
            {label}
          </Menu.Item>
        ))}
      </Choose>
      <Allowed to="deleteTickets">
        <Remove bulk={bulk} tickets={tickets} />
      </Allowed>
    </>
  );
}

function Remove({ bulk, tickets }: { bulk: Bulk; tickets: number }) {
  const { t } = useTranslation("inbox");
  const ask = () =>
    modals.openConfirmModal({
      title: t("remove", { count: tickets }),
      children: <Text size="sm">{t("remove_text")}</Text>,
      labels: { confirm: t("shell:delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => void bulk.remove(),
    });
  return <Action label={t("remove", { count: tickets })} icon={Trash2} color="red" onClick={ask} />;
}
