import { Button, Code, Group, Paper, Stack, Switch, TagsInput, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { Globe } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { CopyText } from "../parts/CopyText.tsx";
import { fieldOf, useErrorNotice } from "../parts/errors.ts";
import { type Assistant, ROTATE, UPDATE } from "./documents.ts";
import { domainsOf } from "./fields.ts";

interface Sites {
  websiteIntegration: boolean;
  allowedDomains: string[];
}

/** The widget on sites: which domains may show it, and what to put into their pages. */
export function WebsiteChannel({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  return (
    <Paper withBorder p="md" component="section" aria-label={t("website")}>
      <Group gap="xs" mb="sm">
        <Globe size={18} aria-hidden />
        <Title order={2} size="h4">
          {t("website")}
        </Title>
      </Group>
      <Stack>
        <SitesForm assistant={assistant} />
        {assistant.widgetSnippet && <Snippet assistant={assistant} snippet={assistant.widgetSnippet} />}
      </Stack>
    </Paper>
  );
}

function SitesForm({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation("assistants");
  const manages = useRights().can("updateAssistant");
  const notice = useErrorNotice();
  const [, update] = useMutation(UPDATE);
  const form = useForm<Sites>({
    initialValues: { websiteIntegration: assistant.websiteIntegration, allowedDomains: assistant.allowedDomains },
  });
  const save = async (sites: Sites) => {
    const { data, error } = await update({ id: assistant.id, input: sites });
    if (error) {
      if (fieldOf(error)?.startsWith("allowedDomains")) form.setFieldError("allowedDomains", t("domain_wrong"));
      else notice(error);
      return;
    }
    // Names come back as browsers spell them, in ASCII.
    const kept = { ...sites, allowedDomains: data?.updateAssistant?.allowedDomains ?? sites.allowedDomains };
    form.setValues(kept);
    form.resetDirty(kept);
    notifications.show({ message: t("shell:saved") });
  };
  const { websiteIntegration, allowedDomains } = form.values;
  return (
    <form onSubmit={form.onSubmit(save)}>
      <Stack gap="sm">
        <Switch
          label={t("website_on")}
          disabled={!manages}
          {...form.getInputProps("websiteIntegration", { type: "checkbox" })}
        />
        <TagsInput
          label={t("domains")}
          description={t("domains_hint")}
          placeholder={allowedDomains.length === 0 ? "example.com" : undefined}
          readOnly={!manages}
          {...form.getInputProps("allowedDomains")}
          onChange={(typed) => form.setFieldValue("allowedDomains", domainsOf(typed.join(" ")))}
          splitChars={[",", " ", ";"]}
        />
        {websiteIntegration && allowedDomains.length === 0 && <Text size="sm">{t("domains_none")}</Text>}
        {manages && (
          <Group>
            <Button type="submit" loading={form.submitting} disabled={!form.isDirty()}>
              {t("shell:save")}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function Snippet({ assistant, snippet }: { assistant: Assistant; snippet: string }) {
  const { t } = useTranslation("assistants");
  const notice = useErrorNotice();
  const [{ fetching }, rotate] = useMutation(ROTATE);
  const ask = () =>
    modals.openConfirmModal({
      title: t("rotate_title"),
      children: <Text size="sm">{t("rotate_text")}</Text>,
      labels: { confirm: t("rotate"), cancel: t("shell:cancel") },
      onConfirm: async () => {
        const { error } = await rotate({ id: assistant.id });
        if (error) notice(error);
      },
    });
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="center">
        <Title order={3} size="h5">
          {t("snippet")}
        </Title>
        <CopyText value={snippet} label={t("snippet_copy")} />
      </Group>
      <Text size="sm" c="dimmed">
        {t("snippet_hint")}
      </Text>
      <Code block style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {snippet}
      </Code>
      <Group gap="xs" justify="space-between">
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {t("token")}: <Code>{assistant.siteToken}</Code>
        </Text>
        <Group gap="xs">
          <CopyText value={assistant.siteToken ?? ""} label={t("token_copy")} />
          <Button size="xs" variant="default" loading={fetching} onClick={ask}>
            {t("rotate")}
          </Button>
        </Group>
      </Group>
    </Stack>
  );
}
