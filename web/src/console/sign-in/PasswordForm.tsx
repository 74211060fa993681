import { Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { codeOf, fieldOf } from "../parts/errors.ts";
import { session } from "../session.ts";
import { LOGIN } from "./documents.ts";

/** Sign in by e-mail and password. Where they fit several companies, one of them is asked for. */
export function PasswordForm() {
  const { t } = useTranslation("sign-in");
  const [, login] = useMutation(LOGIN);
  const [error, setError] = useState<Error>();
  const several = codeOf(error) === "CONFLICT" || fieldOf(error) === "tenantId";
  const form = useForm({
    initialValues: { email: "", password: "", tenantId: "" },
    validate: { email: isNotEmpty(t("fields.required")), password: isNotEmpty(t("fields.required")) },
  });
  const enter = form.onSubmit(async ({ tenantId, ...values }) => {
    const result = await login({ input: { ...values, tenantId: tenantId || null } });
    if (result.data?.login) session.open(result.data.login);
    else setError(result.error);
  });
  return (
    <form onSubmit={enter} noValidate>
      <Stack>
        {error && !several && <ErrorState error={error} />}
        <TextInput
          label={t("shell:email")}
          type="email"
          inputMode="email"
          autoComplete="username"
          autoFocus
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label={t("shell:password")}
          autoComplete="current-password"
          {...form.getInputProps("password")}
        />
        {several && (
          <TextInput
            label={t("company_number")}
            description={t("company_number_text")}
            error={t("several")}
            inputMode="numeric"
            {...form.getInputProps("tenantId")}
          />
        )}
        <Button type="submit" loading={form.submitting}>
          {t("shell:enter")}
        </Button>
      </Stack>
    </form>
  );
}
