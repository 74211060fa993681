import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Area } from "../areas.ts";

/** Ctrl+K: go to any area by typing. */
export function CommandPalette({ areas }: { areas: Area[] }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const actions: SpotlightActionData[] = areas.map((area) => ({
    id: area.name,
    label: t("title", { ns: area.name }),
    leftSection: <area.icon size={18} aria-hidden />,
    onClick: () => navigate(`/${area.path}`),
  }));
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      nothingFound={t("nothing_found")}
      highlightQuery
      searchProps={{ leftSection: <Search size={18} aria-hidden />, placeholder: t("go_to"), "aria-label": t("go_to") }}
    />
  );
}
