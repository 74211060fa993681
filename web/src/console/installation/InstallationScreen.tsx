import { useTranslation } from "react-i18next";
import { Route, Routes } from "react-router";
import { PageHeader } from "../parts/PageHeader.tsx";
import { RouteTabs } from "../parts/RouteTabs.tsx";
import { HealthView } from "./HealthView.tsx";
import { ModelsView } from "./ModelsView.tsx";
import { OverviewView } from "./OverviewView.tsx";
import { UsersView } from "./UsersView.tsx";

/** The whole installation, for whoever runs it. */
export default function InstallationScreen() {
  const { t } = useTranslation("installation");
  return (
    <>
      <PageHeader title={t("title")} text={t("text")} />
      <RouteTabs
        base="/installation"
        label={t("title")}
        tabs={[
          { path: "", label: t("overview.title") },
          { path: "people", label: t("users.title") },
          { path: "models", label: t("models.title") },
          { path: "health", label: t("health.title") },
        ]}
      >
        <Routes>
          <Route index element={<OverviewView />} />
          <Route path="people" element={<UsersView />} />
          <Route path="models" element={<ModelsView />} />
          <Route path="health" element={<HealthView />} />
        </Routes>
      </RouteTabs>
    </>
  );
}
