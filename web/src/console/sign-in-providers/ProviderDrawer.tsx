import { Button, Drawer, Group, PasswordInput, Stack, Switch, TextInput } from "@mantine/core";
import { isNotEmpty, type UseFormReturnType, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import type { CombinedError } from "@urql/core";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { codeOf, fieldOf, useErrorText } from "../parts/errors.ts";
import { CREATE, type Provider, UPDATE } from "./documents.ts";
import { RoleFields } from "./RoleFields.tsx";
import { inputOf, needsSecret, type ProviderValues, valuesOf } from "./values.ts";

interface ProviderDrawerProps {
  open: Provider | "new" | null;
  onClose: () => void;
  onSaved: () => void;
}

/** Sets a provider up, or changes it. The server asks the provider what it is before it keeps anything. */
export function ProviderDrawer({ open, onClose, onSaved }: ProviderDrawerProps) {
  const { t } = useTranslation("sign-in-providers");
  const provider = open === "new" ? null : open;
  return (
    <Drawer
      opened={open !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={provider ? t("change", { name: provider.name }) : t("new")}
    >
      {open && <ProviderForm key={provider?.id} provider={provider} onClose={onClose} onSaved={onSaved} />}
    </Drawer>
  );
}

interface ProviderFormProps {
  provider: Provider | null;
  onClose: () => void;
  onSaved: () => void;
}

function ProviderForm({ provider, onClose, onSaved }: ProviderFormProps) {
  const { t } = useTranslation("sign-in-providers");
  const { form, save } = useProviderForm(provider, () => {
    onSaved();
    onClose();
  });
  return (
    <form onSubmit={save} noValidate>
      <Stack>
        <Connection form={form} hasSecret={provider?.hasSecret ?? false} />
        <RoleFields form={form} />
        <Switch label={t("active")} {...form.getInputProps("isActive", { type: "checkbox" })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {t("shell:save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Connection({ form, hasSecret }: { form: UseFormReturnType<ProviderValues>; hasSecret: boolean }) {
  const { t } = useTranslation("sign-in-providers");
  return (
    <>
      <TextInput label={t("name")} maxLength={64} data-autofocus {...form.getInputProps("name")} />
      <TextInput
        label={t("issuer")}
        description={t("issuer_text")}
        type="url"
        maxLength={512}
        {...form.getInputProps("issuer")}
      />
      <TextInput label={t("client_id")} autoComplete="off" maxLength={255} {...form.getInputProps("clientId")} />
      <PasswordInput
        label={t("secret")}
        description={t(hasSecret ? "secret_kept" : "secret_none")}
        autoComplete="new-password"
        {...form.getInputProps("clientSecret")}
      />
      <TextInput label={t("scopes")} description={t("scopes_text")} maxLength={255} {...form.getInputProps("scopes")} />
    </>
  );
}

function useProviderForm(provider: Provider | null, onSaved: () => void) {
  const { t } = useTranslation("sign-in-providers");
  const text = useErrorText();
  const [, create] = useMutation(CREATE);
  const [, update] = useMutation(UPDATE);
  const required = isNotEmpty(t("required"));
  const form = useForm<ProviderValues>({
    initialValues: valuesOf(provider),
    validate: {
      ...{ name: required, issuer: required, clientId: required },
      clientSecret: (_, values) => (needsSecret(provider, values) ? t("secret_anew") : null),
    },
  });
  const save = form.onSubmit(async (values) => {
    const input = inputOf(values);
    const { error } = provider ? await update({ id: provider.id, input }) : await create({ input });
    if (error) return form.setFieldError(fieldOf(error) ?? "issuer", faultOf(error, text(error)));
    notifications.show({ message: t("saved") });
    onSaved();
  });
  return { form, save };
}

/** What exactly a provider does amiss is told by the server alone: whoever sets it up needs its words. */
function faultOf(error: CombinedError, said: string): string {
  const exact = error.graphQLErrors[0]?.message;
  return codeOf(error) === "SIGN_IN_PROVIDER_UNAVAILABLE" && exact ? `${said} (${exact})` : said;
}
