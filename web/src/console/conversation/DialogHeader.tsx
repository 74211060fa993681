import { ActionIcon, Badge, Button, Menu, Text } from "@mantine/core";
import { Archive, ArchiveRestore, Bot, CheckCheck, Ellipsis, Hand } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { newId } from "../parts/newId.ts";
import { ARCHIVE, CALL_PERSON, CLAIM, type Dialog, RELEASE, REOPEN } from "./dialogDocuments.ts";

export function DialogSubtitle({ dialog }: { dialog: Dialog }) {
  const { t } = useTranslation("conversation");
  const state = dialog.status === "ARCHIVED" ? "ARCHIVED" : dialog.handoffStatus;
  const colors: Record<string, string> = { REQUESTED: "orange", ACTIVE: "green", ARCHIVED: "gray" };
  return (
    <>
      <Badge size="sm" variant="dot" tt="none" color={colors[state] ?? "opora"} style={{ flex: "none" }}>
        {t(`dialog_state.${state}`)}
      </Badge>
      <Text size="xs" truncate>
        {dialog.assistant.name} · {t(`platform.${dialog.platform}`)}
      </Text>
    </>
  );
}

type Act = (asked: Promise<{ error?: Error }>) => Promise<boolean>;

/** Claim, give back, finish, put aside: what fits the dialog's state. */
export function DialogActions({ dialog, onChanged }: { dialog: Dialog; onChanged: () => void }) {
  const { me, can } = useRights();
  const failed = useErrorNotice();
  const act: Act = async (asked) => {
    const { error } = await asked;
    if (error) failed(error);
    onChanged();
    return !error;
  };
  const active = dialog.handoffStatus === "ACTIVE";
  const own = active && dialog.handoff?.operatorId === me.id;
  return (
    <>
      {active ? (
        (own || can("setUserRole")) && <GiveBack dialog={dialog} act={act} />
      ) : (
        <ClaimButton dialog={dialog} act={act} />
      )}
      {!active && dialog.handoffStatus !== "REQUESTED" && <PutAside dialog={dialog} act={act} />}
    </>
  );
}

function ClaimButton({ dialog, act }: { dialog: Dialog; act: Act }) {
  const { t } = useTranslation("conversation");
  const [{ fetching: calling }, call] = useMutation(CALL_PERSON);
  const [{ fetching: claiming }, claim] = useMutation(CLAIM);
  const take = async () => {
    // Only what waits can be claimed: a dialog of the assistant's is called for first.
    const waits = dialog.handoffStatus === "REQUESTED";
    const called = waits || (await act(call({ id: dialog.id, requestId: newId() })));
    if (called) await act(claim({ id: dialog.id }));
  };
  return (
    <Button
      size="xs"
      loading={calling || claiming}
      leftSection={<Hand size={14} aria-hidden />}
      variant={dialog.handoffStatus === "REQUESTED" ? "filled" : "default"}
      onClick={() => void take()}
    >
      {t("claim")}
    </Button>
  );
}

function GiveBack({ dialog, act }: { dialog: Dialog; act: Act }) {
  const { t } = useTranslation("conversation");
  const [{ fetching }, release] = useMutation(RELEASE);
  const end = (returnToAi: boolean) =>
    void act(release({ id: dialog.id, resolution: returnToAi ? null : "resolved", returnToAi }));
  return (
    <>
      <Button
        size="xs"
        variant="default"
        loading={fetching}
        leftSection={<Bot size={14} aria-hidden />}
        onClick={() => end(true)}
      >
        {t("return_to_ai")}
      </Button>
      <Button
        size="xs"
        variant="light"
        loading={fetching}
        leftSection={<CheckCheck size={14} aria-hidden />}
        onClick={() => end(false)}
      >
        {t("finish")}
      </Button>
    </>
  );
}

function PutAside({ dialog, act }: { dialog: Dialog; act: Act }) {
  const { t } = useTranslation("conversation");
  const [, archive] = useMutation(ARCHIVE);
  const [, reopen] = useMutation(REOPEN);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={t("more_actions")}>
          <Ellipsis size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {dialog.status === "ARCHIVED" ? (
          <Menu.Item
            leftSection={<ArchiveRestore size={16} aria-hidden />}
            onClick={() => void act(reopen({ id: dialog.id }))}
          >
            {t("reopen")}
          </Menu.Item>
        ) : (
          <Menu.Item
            leftSection={<Archive size={16} aria-hidden />}
            onClick={() => void act(archive({ id: dialog.id }))}
          >
            {t("archive")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
