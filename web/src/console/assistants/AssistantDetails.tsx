import { Anchor, Button, Group, Switch, Tabs } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { ArrowLeft, Cable, MessageCircle, Trash2, Type } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import { useMutation } from "urql";
import { Allowed, useRights } from "../allowed.tsx";
import { DANGER_TEXT } from "../parts/colors.ts";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { TabStrip } from "../parts/TabStrip.tsx";
import { ActiveBadge } from "./ActiveBadge.tsx";
import { Channels } from "./Channels.tsx";
import { ACTIVATE, type Assistant, DEACTIVATE, UPDATE } from "./documents.ts";
import { asInput, type Words, wordsOf } from "./fields.ts";
import { TestChat } from "./TestChat.tsx";
import { useAssistants } from "./useAssistants.ts";
import { useRemoval } from "./useRemoval.tsx";
import { WordsForm } from "./WordsForm.tsx";

const TABS = ["words", "channels", "chat"] as const;
const ICONS = { words: Type, channels: Cable, chat: MessageCircle };

export function AssistantDetails() {
  const { t } = useTranslation("assistants");
  const { id } = useParams();
  const { assistants, error, read, fetching } = useAssistants();
  const assistant = assistants?.find((each) => each.id === id);
  if (assistant) return <Details key={assistant.id} assistant={assistant} />;
  if (error && !assistants) return <ErrorState error={error} onRetry={read} />;
  if (fetching || !assistants) return <Loading rows={6} />;
  return <EmptyState title={t("gone")} action={<BackLink />} />;
}

function BackLink() {
  const { t } = useTranslation("assistants");
  return (
    <Anchor component={Link} to="/assistants" size="sm">
      <Group gap={4}>
        <ArrowLeft size={14} aria-hidden />
        {t("all")}
      </Group>
    </Anchor>
  );
}

function Details({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  const { can } = useRights();
  const navigate = useNavigate();
  const { tab = "words" } = useParams();
  const tabs = TABS.filter((each) => each !== "chat" || can("askAssistant"));
  return (
    <>
      <BackLink />
      <PageHeader title={assistant.name} text={assistant.description}>
        {can("activateAssistants") ? (
          <ActiveSwitch assistant={assistant} />
        ) : (
          <ActiveBadge active={assistant.isActive} />
        )}
        <Allowed to="deleteAssistants">
          <DeleteButton assistant={assistant} />
        </Allowed>
      </PageHeader>
      <Tabs value={tab} onChange={(next) => navigate(`/assistants/${assistant.id}/${next}`)} keepMounted={false}>
        <TabStrip
          label={assistant.name}
          open={tab}
          tabs={tabs.map((each) => ({ value: each, label: t(`tabs.${each}`), icon: ICONS[each] }))}
        />
        <Tabs.Panel value="words">
          <OwnWords assistant={assistant} />
        </Tabs.Panel>
        <Tabs.Panel value="channels">
          <Channels assistant={assistant} />
        </Tabs.Panel>
        <Tabs.Panel value="chat">
          <TestChat assistant={assistant} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function OwnWords({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  const { can } = useRights();
  const [, update] = useMutation(UPDATE);
  const save = async (words: Words) => {
    const { error } = await update({ id: assistant.id, input: asInput(words) });
    if (!error) notifications.show({ message: t("shell:saved") });
    return error;
  };
  const onSubmit = can("updateAssistant") ? save : undefined;
  return <WordsForm initial={wordsOf(assistant)} submit={t("shell:save")} onSubmit={onSubmit} />;
}

function ActiveSwitch({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  const notice = useErrorNotice();
  const [{ fetching: starting }, activate] = useMutation(ACTIVATE);
  const [{ fetching: stopping }, deactivate] = useMutation(DEACTIVATE);
  const turn = async (on: boolean) => {
    const { error } = await (on ? activate : deactivate)({ ids: [assistant.id] });
    if (error) notice(error);
  };
  return (
    <Switch
      label={t("answers")}
      checked={assistant.isActive}
      disabled={starting || stopping}
      onChange={(event) => void turn(event.currentTarget.checked)}
    />
  );
}

function DeleteButton({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  const navigate = useNavigate();
  const remove = useRemoval(() => void navigate("/assistants"));
  return (
    <Button
      variant="default"
      c={DANGER_TEXT}
      size="xs"
      leftSection={<Trash2 size={14} aria-hidden />}
      onClick={() => remove([assistant.id])}
    >
      {t("shell:delete")}
    </Button>
  );
}
