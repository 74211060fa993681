import { Alert, Drawer, SegmentedControl, Stack, Text } from "@mantine/core";
import { Lock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { Time } from "../parts/Time.tsx";
import { MAIL, type OpenedMail } from "./documents.ts";
import { MailFrame } from "./MailFrame.tsx";

/** One e-mail with what it says, beside the list. */
export function MailDrawer({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation("mail");
  return (
    <Drawer opened={id !== null} onClose={onClose} position="right" size="lg" title={t("letter")}>
      {id !== null && <Letter id={id} />}
    </Drawer>
  );
}

function Letter({ id }: { id: string }) {
  const [{ data, error, fetching }, again] = useQuery({ query: MAIL, variables: { id } });
  if (!data?.keptMail) {
    return fetching ? (
      <Loading rows={3} />
    ) : (
      <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />
    );
  }
  return <OpenLetter opened={data.keptMail} />;
}

function OpenLetter({ opened: { mail, text, html } }: { opened: OpenedMail }) {
  const { t } = useTranslation("mail");
  const [view, setView] = useState(html ? "html" : "text");
  const views = [...(html ? ["html"] : []), ...(text ? ["text"] : [])];
  return (
    <Stack gap="sm">
      <div>
        <Text fw={600}>{mail.subject}</Text>
        <Text size="sm" c="dimmed">
          {t("to_whom", { to: mail.recipient })} · <Time at={mail.createdAt} />
        </Text>
      </div>
      {mail.lastError && <Alert color="red">{mail.lastError}</Alert>}
      {views.length === 0 && (
        <Alert color="gray" icon={<Lock aria-hidden />} title={t("closed")}>
          {t("closed_text")}
        </Alert>
      )}
      {views.length > 1 && (
        <SegmentedControl
          aria-label={t("view")}
          value={view}
          onChange={setView}
          data={views.map((each) => ({ value: each, label: t(`views.${each}`) }))}
        />
      )}
      {view === "html" && html ? <MailFrame title={mail.subject} html={html} /> : <Text className="prose">{text}</Text>}
    </Stack>
  );
}
