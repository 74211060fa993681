import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { useRights } from "../allowed.tsx";
import { useCategoryName } from "../categories/useCategoryWords.ts";
import { CHOICES } from "./documents.ts";

export interface Choice {
  value: string;
  label: string;
}

/** Who and what can be chosen in filters and bulk actions, for selects. */
export function useChoices() {
  const { t } = useTranslation("inbox");
  const { me, can } = useRights();
  const nameOf = useCategoryName();
  const [{ data }] = useQuery({ query: CHOICES, pause: !can("operators") });
  const named = (all: readonly { id: string; name: string }[] | null | undefined): Choice[] =>
    (all ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const others = named(data?.operators).filter(({ value }) => value !== me.id);
  return {
    people: [{ value: me.id, label: t("myself", { name: me.fullName }) }, ...others],
    assistants: named(data?.assistants),
    categories: (data?.categories ?? [])
      .filter((category) => category.isActive)
      .map((category) => ({ value: category.id, label: nameOf(category) })),
  };
}
