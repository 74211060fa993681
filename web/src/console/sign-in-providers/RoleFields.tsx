import { ActionIcon, Button, Fieldset, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { RoleSelect } from "../people/RoleSelect.tsx";
import type { ProviderValues } from "./values.ts";

type Form = UseFormReturnType<ProviderValues>;

/** Who gets in, and as what. */
export function RoleFields({ form }: { form: Form }) {
  const { t } = useTranslation("sign-in-providers");
  return (
    <>
      <Switch
        label={t("creates")}
        description={t("creates_text")}
        {...form.getInputProps("createsUsers", { type: "checkbox" })}
      />
      <RoleSelect
        label={t("default_role")}
        description={t("default_role_text")}
        value={form.values.defaultRole}
        onChange={(role) => form.setFieldValue("defaultRole", role)}
      />
      <TextInput
        label={t("claim")}
        description={t("claim_text")}
        maxLength={128}
        {...form.getInputProps("rolesClaim")}
      />
      {form.values.rolesClaim.trim() !== "" && <Rules form={form} />}
    </>
  );
}

function Rules({ form }: { form: Form }) {
  const { t } = useTranslation("sign-in-providers");
  return (
    <Fieldset legend={t("rules")}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t("rules_text")}
        </Text>
        {form.values.roleRules.map((_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rules have no names of their own, and none moves
          <Rule key={at} form={form} at={at} />
        ))}
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => form.insertListItem("roleRules", { value: "", role: "AGENT" })}
        >
          {t("add_rule")}
        </Button>
      </Stack>
    </Fieldset>
  );
}

function Rule({ form, at }: { form: Form; at: number }) {
  const { t } = useTranslation("sign-in-providers");
  const rule = form.values.roleRules[at];
  if (!rule) return null;
  return (
    <Group align="flex-end" wrap="nowrap" gap="xs">
      <TextInput
        label={t("value")}
        maxLength={255}
        style={{ flex: 1, minWidth: 0 }}
        {...form.getInputProps(`roleRules.${at}.value`)}
      />
      <div style={{ flex: 1, minWidth: 0 }}>
        <RoleSelect
          label={t("rule_role")}
          value={rule.role}
          onChange={(role) => form.setFieldValue(`roleRules.${at}.role`, role)}
        />
      </div>
      <ActionIcon
        variant="subtle"
        size={36}
        onClick={() => form.removeListItem("roleRules", at)}
        aria-label={t("remove_rule")}
      >
        <X size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
