import { Select, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ROLES, type Role } from "./person.ts";

interface RoleSelectProps {
  value: Role;
  onChange: (role: Role) => void;
  label?: string;
  description?: string;
  disabled?: boolean;
}

/** A role that an administrator may give, with what each of them may do. */
export function RoleSelect({ value, onChange, label, ...rest }: RoleSelectProps) {
  const { t } = useTranslation("people");
  const roles = ROLES.some((role) => role === value) ? ROLES : [...ROLES, value];
  return (
    <Select
      label={label ?? t("role")}
      data={roles.map((role) => ({ value: role, label: t(`shell:roles.${role}`) }))}
      value={value}
      onChange={(role) => role && onChange(role as Role)}
      allowDeselect={false}
      renderOption={({ option }) => (
        <div>
          <Text size="sm">{option.label}</Text>
          <Text size="xs" c="dimmed">
            {t(`role_text.${option.value}`)}
          </Text>
        </div>
      )}
      {...rest}
    />
  );
}
