import { Anchor, Button, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { isNotEmpty, matches, useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMutation } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { codeOf, fieldOf, useErrorText } from "../parts/errors.ts";
import { ConfirmEmail } from "./ConfirmEmail.tsx";
import { REGISTER } from "./documents.ts";
import { Entrance } from "./Entrance.tsx";
import { EMAIL, passwordFault } from "./passwords.ts";

const EMPTY = { companyName: "", firstName: "", lastName: "", email: "", password: "" };

/** A new company: its name and its first administrator, then the code that confirms the address. */
export function Register() {
  const { t } = useTranslation("sign-in");
  const [account, setAccount] = useState<{ email: string; password: string }>();
  if (account) return <ConfirmEmail {...account} />;
  return (
    <Entrance title={t("register.title")} text={t("register.text")}>
      <CompanyForm onRegistered={setAccount} />
      <Anchor component={Link} to="/" size="sm" ta="center" underline="always">
        {t("register.have")}
      </Anchor>
    </Entrance>
  );
}

function useCompanyForm(onRegistered: (account: { email: string; password: string }) => void) {
  const { t } = useTranslation("sign-in");
  const text = useErrorText();
  const [, register] = useMutation(REGISTER);
  const [error, setError] = useState<Error>();
  const form = useForm({
    initialValues: EMPTY,
    validate: {
      companyName: isNotEmpty(t("fields.required")),
      firstName: isNotEmpty(t("fields.required")),
      email: matches(EMAIL, t("fields.email")),
      password: (value) => {
        const fault = passwordFault(value);
        return fault && t(`fields.${fault}`);
      },
    },
  });
  const send = form.onSubmit(async (input) => {
    setError(undefined);
    const result = await register({ input });
    const field = fieldOf(result.error);
    if (result.data?.registerCompany) return onRegistered({ email: input.email, password: input.password });
    if (!field || !(field in EMPTY)) return setError(result.error);
    form.setFieldError(field, codeOf(result.error) === "CONFLICT" ? t("register.taken") : text(result.error));
  });
  return { form, send, error };
}

function CompanyForm({ onRegistered }: { onRegistered: (account: { email: string; password: string }) => void }) {
  const { t } = useTranslation("sign-in");
  const { form, send, error } = useCompanyForm(onRegistered);
  return (
    <form onSubmit={send} noValidate>
      <Stack>
        {error && <ErrorState error={error} />}
        <TextInput
          label={t("register.company")}
          autoComplete="organization"
          maxLength={255}
          autoFocus
          {...form.getInputProps("companyName")}
        />
        <Group grow align="flex-start">
          <TextInput
            label={t("register.first_name")}
            autoComplete="given-name"
            maxLength={128}
            {...form.getInputProps("firstName")}
          />
          <TextInput
            label={t("register.last_name")}
            autoComplete="family-name"
            maxLength={128}
            {...form.getInputProps("lastName")}
          />
        </Group>
        <TextInput label={t("shell:email")} type="email" autoComplete="username" {...form.getInputProps("email")} />
        <PasswordInput
          label={t("shell:password")}
          description={t("register.rule")}
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
        <Button type="submit" loading={form.submitting}>
          {t("register.create")}
        </Button>
      </Stack>
    </form>
  );
}
