import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { Languages, Moon, Search, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useRights } from "../allowed.tsx";
import type { Area } from "../areas.ts";
import { LANGUAGE_NAMES, LANGUAGES, setLanguage } from "../i18n.ts";

/** Ctrl+K: go to any area or tab by typing, or change the language or the theme. */
export function CommandPalette({ areas }: { areas: Area[] }) {
  const { t } = useTranslation();
  const actions = [
    { group: t("navigation"), actions: usePlaces(areas) },
    { group: t("actions"), actions: useCommands() },
  ];
  return (
    <Spotlight
      actions={actions}
      shortcut="mod + K"
      nothingFound={t("nothing_found")}
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{ leftSection: <Search size={18} aria-hidden />, placeholder: t("go_to"), "aria-label": t("go_to") }}
    />
  );
}

type Actions = SpotlightActionGroupData["actions"];

function usePlaces(areas: Area[]): Actions {
  const { t } = useTranslation();
  const { can } = useRights();
  const navigate = useNavigate();
  return areas.flatMap((area) => {
    const title = t("title", { ns: area.name });
    const place = { leftSection: <area.icon size={18} aria-hidden /> };
    const pages = (area.pages ?? []).filter((page) => !page.needs || can(page.needs));
    return [
      { ...place, id: area.name, label: title, onClick: () => navigate(`/${area.path}`) },
      ...pages.map((page) => ({
        ...place,
        id: `${area.name}/${page.path}`,
        label: `${title}: ${t(page.title, { ns: area.name })}`,
        onClick: () => navigate(`/${area.path}/${page.path}`),
      })),
    ];
  });
}

function useCommands(): Actions {
  const { t, i18n } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const schemes = [
    { name: "light", icon: Sun },
    { name: "dark", icon: Moon },
  ] as const;
  return [
    ...schemes.map(({ name, icon: Icon }) => ({
      id: name,
      label: `${t("theme")}: ${t(`themes.${name}`)}`,
      leftSection: <Icon size={18} aria-hidden />,
      onClick: () => setColorScheme(name),
    })),
    ...LANGUAGES.filter((each) => each !== i18n.language).map((language) => ({
      id: language,
      label: `${t("language")}: ${LANGUAGE_NAMES[language]}`,
      leftSection: <Languages size={18} aria-hidden />,
      onClick: () => void setLanguage(language),
    })),
  ];
}
