import { useTranslation } from "react-i18next";
import { keepsName } from "./builtin.ts";

interface Category {
  key?: string | null;
  name: string;
}

/** Names of categories: built-in ones in the reader's language until the company gives them names of its own. */
export function useCategoryName(): (category: Category) => string {
  const { t } = useTranslation("categories");
  return (category) => (keepsName(category) ? t(`builtin_names.${category.key}`) : category.name);
}

/** What belongs into a category, in the same way. */
export function useCategoryText(): (category: Category & { description: string }) => string {
  const { t } = useTranslation("categories");
  return (category) => (keepsName(category) ? t(`builtin_texts.${category.key}`) : category.description);
}
