import { Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useAssistants } from "./whose.ts";

const EVERYBODY = "";

interface WhoseSelectProps {
  value: string | null;
  onChange: (assistantId: string | null) => void;
  label?: string;
  disabled?: boolean;
}

/** Chooses one assistant, or what all of them know. */
export function WhoseSelect({ value, onChange, label, disabled }: WhoseSelectProps) {
  const { t } = useTranslation("knowledge");
  const { assistants } = useAssistants();
  const choices = assistants.map((each) => ({ value: each.id, label: each.name }));
  return (
    <Select
      label={label}
      aria-label={label ? undefined : t("whose")}
      data={[{ value: EVERYBODY, label: t("everybody") }, ...choices]}
      value={value ?? EVERYBODY}
      onChange={(chosen) => onChange(chosen || null)}
      allowDeselect={false}
      searchable={choices.length > 8}
      disabled={disabled}
      w={label ? undefined : { base: "100%", xs: 280 }}
    />
  );
}
