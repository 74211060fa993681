import { Button, Group, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { graphql } from "../graphql.ts";
import { codeOf, fieldOf, useErrorText } from "../parts/errors.ts";
import { session } from "../session.ts";
import { passwordFault } from "../sign-in/passwords.ts";

const CHANGE = graphql(`
  mutation ChangePassword($input: ChangePasswordInput!) {
    changePassword(input: $input) { accessToken refreshToken expiresIn }
  }
`);
const EMPTY = { currentPassword: "", newPassword: "", repeated: "" };

/** A new password. Every session ends with the old one; this browser goes on with the new session. */
export function PasswordChange() {
  const { t } = useTranslation("profile");
  const { form, change } = usePasswordChange();
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="section" aria-label={t("password")}>
      <form onSubmit={change} noValidate>
        <Stack>
          <div>
            <Title order={2} size="h4">
              {t("password")}
            </Title>
            <Text size="sm" c="dimmed" mt={4}>
              {t("password_text")}
            </Text>
          </div>
          <PasswordInput
            label={t("current")}
            autoComplete="current-password"
            {...form.getInputProps("currentPassword")}
          />
          <PasswordInput
            label={t("new")}
            description={t("rule")}
            autoComplete="new-password"
            {...form.getInputProps("newPassword")}
          />
          <PasswordInput label={t("repeat")} autoComplete="new-password" {...form.getInputProps("repeated")} />
          <Group>
            <Button type="submit" loading={form.submitting}>
              {t("change")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function usePasswordChange() {
  const { t } = useTranslation("profile");
  const text = useErrorText();
  const [, send] = useMutation(CHANGE);
  const form = useForm({
    initialValues: EMPTY,
    validate: {
      currentPassword: isNotEmpty(t("required")),
      newPassword: (value) => {
        const fault = passwordFault(value);
        return fault && t(`sign-in:fields.${fault}`);
      },
      repeated: (value, all) => (value === all.newPassword ? null : t("different")),
    },
  });
  const change = form.onSubmit(async ({ repeated: _, ...input }) => {
    const { data, error } = await send({ input });
    if (data?.changePassword) {
      session.open(data.changePassword);
      form.reset();
      notifications.show({ message: t("changed") });
      return;
    }
    const wrong = codeOf(error) === "BAD_REQUEST" && fieldOf(error) !== "newPassword";
    form.setFieldError(wrong ? "currentPassword" : "newPassword", wrong ? t("wrong") : text(error));
  });
  return { form, change };
}
