import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ROLE_COLOURS, type Role } from "./person.ts";

export function RoleBadge({ role }: { role: Role }) {
  const { t } = useTranslation();
  return (
    <Badge variant="dot" color={ROLE_COLOURS[role]} tt="none" fw={500} miw="max-content">
      {t(`roles.${role}`)}
    </Badge>
  );
}
