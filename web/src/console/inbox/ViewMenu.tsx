import { ActionIcon, Badge, Button, Group, Menu, Text, Tooltip } from "@mantine/core";
import { modals } from "@mantine/modals";
import { BookmarkPlus, ChevronDown, Pencil, Save, Trash2, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import type { ResultOf } from "../graphql.ts";
import { useErrorNotice } from "../parts/errors.ts";
import { type COUNTS, DELETE_VIEW, UPDATE_VIEW } from "./documents.ts";
import { tidy, type View } from "./filter.ts";
import { SaveView } from "./SaveView.tsx";
import type { Address } from "./useAddress.ts";

export type Counts = NonNullable<ResultOf<typeof COUNTS>["inboxCounts"]>;

function useViewName(): (view: View) => string {
  const { t } = useTranslation("inbox");
  return (view) => view.saved?.name ?? t(`views.${view.id}`);
}

/** Which view is open, all others with how much waits in them, and what can be done with a saved one. */
export function ViewMenu({ address, counts }: { address: Address; counts?: Counts }) {
  const { t } = useTranslation("inbox");
  const { can } = useRights();
  const name = useViewName();
  const [saving, setSaving] = useState<"new" | "edit" | null>(null);
  const builtIn = address.views.filter((view) => !view.saved);
  const saved = address.views.filter((view) => view.saved);
  return (
    <Group gap={4} wrap="nowrap">
      <Menu width={280} position="bottom-start" shadow="md">
        <Menu.Target>
          <Button
            flex={1}
            miw={0}
            variant="default"
            size="xs"
            justify="space-between"
            rightSection={<ChevronDown size={16} aria-hidden />}
            aria-label={t("view_is", { name: name(address.view) })}
          >
            <Text span size="sm" fw={600} truncate>
              {name(address.view)}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah="70dvh" style={{ overflowY: "auto" }}>
          {builtIn.map((view) => (
            <ViewItem key={view.id} view={view} name={name(view)} count={countOf(view, counts)} address={address} />
          ))}
          {saved.length > 0 && <Menu.Label>{t("saved_views")}</Menu.Label>}
          {saved.map((view) => (
            <ViewItem key={view.id} view={view} name={name(view)} address={address} />
          ))}
        </Menu.Dropdown>
      </Menu>
      {can("createSavedView") && <ViewActions address={address} onSave={setSaving} />}
      <SaveView mode={saving} address={address} onClose={() => setSaving(null)} />
    </Group>
  );
}

const MOST = 1000;
const countOf = (view: View, counts?: Counts): number | undefined =>
  counts && view.id in counts ? counts[view.id as "open" | "waiting" | "mine" | "unassigned"] : undefined;

interface ViewItemProps {
  view: View;
  name: string;
  count?: number;
  address: Address;
}

function ViewItem({ view, name, count, address }: ViewItemProps) {
  const { t } = useTranslation("inbox");
  const current = view.id === address.view.id;
  return (
    <Menu.Item
      fw={current ? 700 : undefined}
      aria-current={current || undefined}
      onClick={() => address.choose(view)}
      leftSection={view.saved?.shared ? <Users size={14} role="img" aria-label={t("shared")} /> : undefined}
      rightSection={
        count ? (
          <Badge size="sm" variant="light" className="figures">
            {count >= MOST ? `${MOST - 1}+` : count}
          </Badge>
        ) : undefined
      }
    >
      {name}
    </Menu.Item>
  );
}

function ViewActions({ address, onSave }: { address: Address; onSave: (mode: "new" | "edit") => void }) {
  const { t } = useTranslation("inbox");
  const [, update] = useMutation(UPDATE_VIEW);
  const fail = useErrorNotice();
  const saved = address.view.saved;
  const keep = async () => {
    if (!saved) return;
    const { error } = await update({ id: saved.id, input: { filter: tidy(address.filter) } });
    if (error) fail(error);
    else address.choose({ ...address.view, filter: address.filter });
  };
  const icons = [
    { label: t("save_as_view"), icon: BookmarkPlus, run: () => onSave("new"), shown: true },
    { label: t("save_changes"), icon: Save, run: () => void keep(), shown: saved?.canChange && address.changed },
    { label: t("edit_view"), icon: Pencil, run: () => onSave("edit"), shown: saved?.canChange },
  ];
  return (
    <>
      {icons
        .filter((each) => each.shown)
        .map(({ label, icon: Icon, run }) => (
          <Tooltip key={label} label={label}>
            <ActionIcon variant="subtle" color="gray" onClick={run} aria-label={label}>
              <Icon size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        ))}
      {saved?.canChange && <RemoveView address={address} />}
    </>
  );
}

function RemoveView({ address }: { address: Address }) {
  const { t } = useTranslation("inbox");
  const [, remove] = useMutation(DELETE_VIEW);
  const fail = useErrorNotice();
  const { view, views } = address;
  const run = async () => {
    const { error } = await remove({ id: view.id });
    if (error) return fail(error);
    address.refreshViews();
    if (views[0]) address.choose(views[0]);
  };
  const ask = () =>
    modals.openConfirmModal({
      title: t("remove_view"),
      children: <Text size="sm">{t("remove_view_text", { name: view.saved?.name })}</Text>,
      labels: { confirm: t("shell:delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => void run(),
    });
  return (
    <Tooltip label={t("remove_view")}>
      <ActionIcon variant="subtle" color="red" onClick={ask} aria-label={t("remove_view")}>
        <Trash2 size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
