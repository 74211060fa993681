import { Button } from "@mantine/core";
import { Plus, Tags } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { Allowed } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { CategoryForm } from "./CategoryForm.tsx";
import { CategoryTable } from "./CategoryTable.tsx";
import { CATEGORIES, type Category } from "./documents.ts";

/** What tickets are sorted by: names and descriptions that the classifier learns from, and how many are in each. */
export default function CategoriesScreen() {
  const { t } = useTranslation("categories");
  const [{ data, error }, again] = useQuery({ query: CATEGORIES, requestPolicy: "cache-and-network" });
  const [edited, edit] = useState<Category | "new" | null>(null);
  const read = () => again({ requestPolicy: "network-only" });
  const categories = data?.categories;
  const counts = new Map(data?.ticketAnalytics?.byCategory.map((each) => [each.category?.id, each.count]));
  return (
    <>
      <PageHeader title={t("title")} text={t("about")}>
        <Allowed to="createCategory">
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => edit("new")}>
            {t("new")}
          </Button>
        </Allowed>
      </PageHeader>
      {error && !categories && <ErrorState error={error} onRetry={read} />}
      {!categories && !error && <Loading rows={7} />}
      {categories?.length === 0 && <EmptyState icon={Tags} title={t("none")} text={t("none_text")} />}
      {categories && categories.length > 0 && (
        <CategoryTable categories={categories} counts={counts} onEdit={edit} onRemoved={read} />
      )}
      {edited && (
        <CategoryForm
          category={edited === "new" ? undefined : edited}
          place={(categories?.length ?? 0) + 1}
          onClose={() => edit(null)}
          onCreated={read}
        />
      )}
    </>
  );
}
