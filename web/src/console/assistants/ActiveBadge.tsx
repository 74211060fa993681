import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function ActiveBadge({ active }: { active: boolean }) {
  const { t } = useTranslation("assistants");
  return (
    <Badge variant={active ? "filled" : "default"} tt="none">
      {t(active ? "active" : "silent")}
    </Badge>
  );
}
