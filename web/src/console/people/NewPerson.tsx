import { Button, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { isNotEmpty, matches, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { codeOf, fieldOf, useErrorText } from "../parts/errors.ts";
import { EMAIL, passwordFault } from "../sign-in/passwords.ts";
import { CREATE } from "./documents.ts";
import type { Role } from "./person.ts";
import { RoleSelect } from "./RoleSelect.tsx";

interface NewPersonProps {
  onClose: () => void;
  onCreated: () => void;
}

/** A new user, with a first password that the administrator hands over. */
export function NewPerson({ onClose, onCreated }: NewPersonProps) {
  const { t } = useTranslation("people");
  const { form, send } = useNewPerson(() => {
    onClose();
    onCreated();
  });
  return (
    <form onSubmit={send} noValidate>
      <Stack>
        <TextInput label={t("full_name")} maxLength={255} data-autofocus {...form.getInputProps("fullName")} />
        <TextInput label={t("email")} type="email" autoComplete="off" {...form.getInputProps("email")} />
        <PasswordInput
          label={t("password")}
          description={t("password_text")}
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
        <RoleSelect value={form.values.role} onChange={(role) => form.setFieldValue("role", role)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {t("shell:add")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useNewPerson(onCreated: () => void) {
  const { t } = useTranslation("people");
  const text = useErrorText();
  const [, create] = useMutation(CREATE);
  const form = useForm({
    initialValues: { fullName: "", email: "", password: "", role: "AGENT" as Role },
    validate: {
      fullName: isNotEmpty(t("sign-in:fields.required")),
      email: matches(EMAIL, t("sign-in:fields.email")),
      password: (value) => {
        const fault = passwordFault(value);
        return fault && t(`sign-in:fields.${fault}`);
      },
    },
  });
  const send = form.onSubmit(async (input) => {
    const { error } = await create({ input });
    if (error) {
      const said = codeOf(error) === "CONFLICT" ? t("taken") : text(error);
      return form.setFieldError(fieldOf(error) ?? "email", said);
    }
    notifications.show({ message: t("created", { name: input.fullName }) });
    onCreated();
  });
  return { form, send };
}
