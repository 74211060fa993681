import { Select, SimpleGrid, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ROLES, type Role } from "./person.ts";

export interface Narrowing {
  search: string;
  role: Role | null;
  isActive: boolean | null;
}

export const ANYBODY: Narrowing = { search: "", role: null, isActive: null };
const TYPING_MS = 250;
const STATES = { active: true, inactive: false };

/** Which people to show. */
export function PeopleFilters({ value, onChange }: { value: Narrowing; onChange: (value: Narrowing) => void }) {
  const { t } = useTranslation("people");
  const [search, setSearch] = useState(value.search);
  const change = (part: Partial<Narrowing>) => onChange({ ...value, ...part });
  const find = useDebouncedCallback((text: string) => change({ search: text }), TYPING_MS);
  const state = value.isActive === null ? null : value.isActive ? "active" : "inactive";
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} mb="md" spacing="sm" role="search">
      <TextInput
        aria-label={t("search")}
        placeholder={t("search")}
        leftSection={<Search size={16} aria-hidden />}
        type="search"
        maxLength={200}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          find(event.currentTarget.value);
        }}
      />
      <Select
        aria-label={t("role")}
        placeholder={t("any_role")}
        clearable
        data={ROLES.map((role) => ({ value: role, label: t(`shell:roles.${role}`) }))}
        value={value.role}
        onChange={(role) => change({ role: role as Role | null })}
      />
      <Select
        aria-label={t("state")}
        placeholder={t("any_state")}
        clearable
        data={Object.keys(STATES).map((each) => ({ value: each, label: t(each) }))}
        value={state}
        onChange={(chosen) => change({ isActive: chosen === null ? null : chosen === "active" })}
      />
    </SimpleGrid>
  );
}
