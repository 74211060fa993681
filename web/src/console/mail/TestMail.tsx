import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { TEST_MAIL } from "./documents.ts";

interface TestMailProps {
  opened: boolean;
  onClose: () => void;
  onSent: () => void;
}

/** Sends one e-mail at once, to see whether the mail server takes it. */
export function TestMail({ opened, onClose, onSent }: TestMailProps) {
  const { t } = useTranslation("mail");
  const { me } = useRights();
  const [, send] = useMutation(TEST_MAIL);
  const [error, setError] = useState<Error>();
  const form = useForm({ initialValues: { to: me.email ?? "" } });
  const submit = form.onSubmit(async (values) => {
    setError(undefined);
    const result = await send(values);
    const sent = result.data?.sendTestMail;
    if (!sent) return setError(result.error ?? new Error());
    const kept = sent.server === "files";
    notifications.show({ color: "teal", message: kept ? t("test.kept") : t("test.sent", { server: sent.server }) });
    onSent();
    onClose();
  });
  return (
    <Modal opened={opened} onClose={onClose} title={t("test.title")}>
      <form onSubmit={submit}>
        <Stack>
          {error && <ErrorState error={error} />}
          <Text size="sm">{t("test.text")}</Text>
          <TextInput label={t("to")} type="email" required data-autofocus {...form.getInputProps("to")} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("shell:cancel")}
            </Button>
            <Button type="submit" loading={form.submitting}>
              {t("test.button")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
