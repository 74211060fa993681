import { Button, Divider, Drawer, Stack, Text, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { DANGER_TEXT } from "../parts/colors.ts";
import { useErrorNotice } from "../parts/errors.ts";
import { DEACTIVATE, type Person, SET_ROLE, UPDATE } from "./documents.ts";
import { PersonFacts } from "./PersonFacts.tsx";
import { nameOf, type Role } from "./person.ts";
import { RoleSelect } from "./RoleSelect.tsx";

interface PersonDrawerProps {
  person: Person | null;
  onClose: () => void;
  onChanged: () => void;
}

/** One person: what is known, their name, their role, and whether they may come in. */
export function PersonDrawer({ person, onClose, onChanged }: PersonDrawerProps) {
  const { t } = useTranslation("people");
  const name = person && (nameOf(person) ?? t("nameless"));
  return (
    <Drawer opened={person !== null} onClose={onClose} position="right" title={name}>
      {person && <Details key={person.id} person={person} onChanged={onChanged} />}
    </Drawer>
  );
}

function Details({ person, onChanged }: { person: Person; onChanged: () => void }) {
  return (
    <Stack gap="lg">
      <PersonFacts person={person} />
      <Divider />
      <NameForm person={person} onChanged={onChanged} />
      <RoleChoice person={person} onChanged={onChanged} />
      <Divider />
      <Access person={person} onChanged={onChanged} />
    </Stack>
  );
}

function NameForm({ person, onChanged }: { person: Person; onChanged: () => void }) {
  const { t } = useTranslation("people");
  const [name, setName] = useState(person.fullName);
  const [{ fetching }, update] = useMutation(UPDATE);
  const notice = useErrorNotice();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const { error } = await update({ id: person.id, input: { fullName: name.trim() } });
    if (error) return notice(error);
    notifications.show({ message: t("shell:saved") });
    onChanged();
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack gap="xs" align="flex-start">
        <TextInput
          w="100%"
          label={t("full_name")}
          value={name}
          maxLength={255}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={fetching} disabled={name.trim() === person.fullName}>
          {t("shell:save")}
        </Button>
      </Stack>
    </form>
  );
}

function RoleChoice({ person, onChanged }: { person: Person; onChanged: () => void }) {
  const { t } = useTranslation("people");
  const { me } = useRights();
  const [role, setRole] = useState<Role>(person.role);
  const [{ fetching }, change] = useMutation(SET_ROLE);
  const notice = useErrorNotice();
  const choose = async (chosen: Role) => {
    setRole(chosen);
    const { error } = await change({ id: person.id, role: chosen });
    if (error) {
      setRole(person.role);
      return notice(error);
    }
    notifications.show({ message: t("role_changed") });
    onChanged();
  };
  const own = person.id === me.id;
  return (
    <Stack gap={4}>
      <RoleSelect
        value={role}
        onChange={(chosen) => void choose(chosen)}
        disabled={own || fetching || person.role === "SUPERADMIN"}
      />
      <Text size="xs" c="dimmed">
        {own ? t("role_own") : t(`role_text.${role}`)}
      </Text>
    </Stack>
  );
}

function Access({ person, onChanged }: { person: Person; onChanged: () => void }) {
  const { t } = useTranslation("people");
  const { me } = useRights();
  const [active, setActive] = useState(person.isActive);
  const [{ fetching: shutting }, deactivate] = useMutation(DEACTIVATE);
  const [{ fetching: opening }, update] = useMutation(UPDATE);
  const notice = useErrorNotice();
  const name = nameOf(person) ?? t("nameless");
  const change = async (to: boolean) => {
    const { error } = to
      ? await update({ id: person.id, input: { isActive: true } })
      : await deactivate({ id: person.id });
    if (error) return notice(error);
    setActive(to);
    notifications.show({ message: t(to ? "activated" : "deactivated", { name }) });
    onChanged();
  };
  const ask = () =>
    modals.openConfirmModal({
      title: t("deactivate_title", { name }),
      children: <Text size="sm">{t("deactivate_text")}</Text>,
      labels: { confirm: t("deactivate"), cancel: t("shell:cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => void change(false),
    });
  if (person.id === me.id) return null;
  return active ? (
    <Button variant="default" c={DANGER_TEXT} loading={shutting} onClick={ask}>
      {t("deactivate")}
    </Button>
  ) : (
    <Button variant="light" loading={opening} onClick={() => void change(true)}>
      {t("activate")}
    </Button>
  );
}
