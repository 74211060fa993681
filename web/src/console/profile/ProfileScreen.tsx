import { Button, Group, Paper, SimpleGrid, Stack, Text, TextInput, Title } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { graphql } from "../graphql.ts";
import { fieldOf, useErrorText } from "../parts/errors.ts";
import { PageHeader } from "../parts/PageHeader.tsx";
import { PasswordChange } from "./PasswordChange.tsx";

const UPDATE_ME = graphql(`
  mutation UpdateMe($input: UpdateMeInput!) { updateMe(input: $input) { id fullName firstName lastName } }
`);

/** One's own name and password. */
export default function ProfileScreen() {
  const { t } = useTranslation("profile");
  return (
    <>
      <PageHeader title={t("title")} text={t("text")} />
      <Stack maw={640}>
        <AboutMe />
        <PasswordChange />
      </Stack>
    </>
  );
}

function AboutMe() {
  const { t } = useTranslation("profile");
  const { me, tenant } = useRights();
  const { form, save } = useNames();
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }} component="section" aria-label={t("about")}>
      <form onSubmit={save} noValidate>
        <Stack>
          <Title order={2} size="h4">
            {t("about")}
          </Title>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <TextInput
              label={t("first_name")}
              autoComplete="given-name"
              maxLength={128}
              {...form.getInputProps("firstName")}
            />
            <TextInput
              label={t("last_name")}
              autoComplete="family-name"
              maxLength={128}
              {...form.getInputProps("lastName")}
            />
          </SimpleGrid>
          <Text size="sm">
            {t("email")}: {me.email ?? me.username} · {t("role")}: {t(`shell:roles.${me.role}`)} · {t("company")}:{" "}
            {tenant.name}
          </Text>
          <Group>
            <Button type="submit" loading={form.submitting} disabled={!form.isDirty()}>
              {t("shell:save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function useNames() {
  const { t } = useTranslation("profile");
  const { me } = useRights();
  const text = useErrorText();
  const [, update] = useMutation(UPDATE_ME);
  const [first = "", ...others] = me.fullName.split(" ");
  const form = useForm({
    initialValues: { firstName: me.firstName || first, lastName: me.lastName || others.join(" ") },
    validate: { firstName: isNotEmpty(t("required")) },
  });
  const save = form.onSubmit(async (input) => {
    const { error } = await update({ input });
    if (error) return form.setFieldError(fieldOf(error) ?? "firstName", text(error));
    form.resetDirty();
    notifications.show({ message: t("shell:saved") });
  });
  return { form, save };
}
