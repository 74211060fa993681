import { Button, Group, Menu, Text } from "@mantine/core";
import { ChevronDown, Languages, ListCollapse, Scissors, Sparkles } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Copilot, type Language, SPOKEN } from "./useCopilot.ts";

interface CopilotBarProps {
  copilot: Copilot;
  /** Whether there is a text to rewrite. */
  hasText: boolean;
  onSuggest: () => void;
  onShorten: () => void;
  onTranslate: (language: Language) => void;
  onSummarise: () => void;
}

/** The copilot's offers; where no model is set, a word why there are none. */
export function CopilotBar({ copilot, ...offers }: CopilotBarProps) {
  const { t } = useTranslation("conversation");
  if (copilot.state === "hidden") return null;
  if (copilot.state === "absent")
    return (
      <Group gap={6} wrap="nowrap">
        <Sparkles size={14} aria-hidden style={{ flex: "none" }} />
        <Text size="xs">{t("copilot.absent")}</Text>
      </Group>
    );
  return (
    <Menu position="top-start" withinPortal>
      <Menu.Target>
        <Button
          size="compact-sm"
          style={{ alignSelf: "flex-start" }}
          variant="light"
          loading={copilot.busy}
          leftSection={<Sparkles size={14} aria-hidden />}
          rightSection={<ChevronDown size={14} aria-hidden />}
        >
          {t("copilot.title")}
        </Button>
      </Menu.Target>
      <Offers {...offers} />
    </Menu>
  );
}

function Offers({ hasText, onSuggest, onShorten, onTranslate, onSummarise }: Omit<CopilotBarProps, "copilot">) {
  const { t } = useTranslation("conversation");
  return (
    <Menu.Dropdown>
      <Menu.Item leftSection={<Sparkles size={16} aria-hidden />} onClick={onSuggest}>
        {t("copilot.suggest")}
      </Menu.Item>
      <Menu.Item leftSection={<ListCollapse size={16} aria-hidden />} onClick={onSummarise}>
        {t("copilot.summarise")}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item leftSection={<Scissors size={16} aria-hidden />} disabled={!hasText} onClick={onShorten}>
        {t("copilot.shorten")}
      </Menu.Item>
      {Object.values(SPOKEN).map((language) => (
        <Menu.Item
          key={language}
          leftSection={<Languages size={16} aria-hidden />}
          disabled={!hasText}
          onClick={() => onTranslate(language)}
        >
          {t(`copilot.to.${language}`)}
        </Menu.Item>
      ))}
    </Menu.Dropdown>
  );
}
