import { Button, Group, Select, Stack, Switch, Text, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import type { Enum } from "../graphql.ts";
import { type AppLanguage, LANGUAGE_NAMES } from "../i18n.ts";
import { Time } from "../parts/Time.tsx";
import type { CompanySettings } from "./documents.ts";
import { Section } from "./Section.tsx";
import { useChange } from "./useChange.ts";

type Language = Enum<"Language">;
const LANGUAGES: Record<Language, AppLanguage> = { RUSSIAN: "ru", KAZAKH: "kk", ENGLISH: "en" };

/** The company's name, its language, and who may join it. */
export function General({ company }: { company: CompanySettings }) {
  const { t } = useTranslation("settings");
  const { save, saving } = useChange();
  const { name, language, registrationOpen } = company;
  const form = useForm({
    initialValues: { name, language, registrationOpen },
    validate: { name: isNotEmpty(t("general.name_needed")) },
  });
  return (
    <Section title={t("general.title")} text={t("general.text")}>
      <form
        onSubmit={form.onSubmit(async (values) => {
          if (await save(values)) form.resetDirty(values);
        })}
      >
        <Stack gap="md">
          <TextInput label={t("general.name")} maxLength={255} required {...form.getInputProps("name")} />
          <Select
            label={t("general.language")}
            description={t("general.language_text")}
            allowDeselect={false}
            data={Object.entries(LANGUAGES).map(([value, code]) => ({ value, label: LANGUAGE_NAMES[code] }))}
            {...form.getInputProps("language")}
          />
          <Switch
            label={t("general.registration")}
            description={t("general.registration_text")}
            {...form.getInputProps("registrationOpen", { type: "checkbox" })}
          />
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              {t("general.since", { slug: company.slug })} <Time at={company.createdAt} />
            </Text>
            <Button type="submit" loading={saving} disabled={!form.isDirty()}>
              {t("shell:save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
