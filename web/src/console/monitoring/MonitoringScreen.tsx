import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Route, Routes } from "react-router";
import { useRights } from "../allowed.tsx";
import { useLive } from "../live.ts";
import { apiLanguage } from "../parts/apiLanguage.ts";
import { PageHeader } from "../parts/PageHeader.tsx";
import { RouteTabs } from "../parts/RouteTabs.tsx";
import { Alerts } from "./Alerts.tsx";
import { type Health, MONITORING_EVENTS } from "./documents.ts";
import { Jobs } from "./Jobs.tsx";
import { Logs } from "./Logs.tsx";
import { Overview } from "./Overview.tsx";

/** How the machine does, what was reported of it, what it logged, and work that got stuck. */
export default function MonitoringScreen() {
  const { t, i18n } = useTranslation("monitoring");
  const { can } = useRights();
  const [health, setHealth] = useState<Health | null>(null);
  const [changes, setChanges] = useState(0);
  useLive(MONITORING_EVENTS, {
    variables: { language: apiLanguage(i18n.language) },
    onEvent: ({ monitoringEvents: event }) => {
      if (event.__typename === "HealthSampled") setHealth(event.health);
      else setChanges((count) => count + 1);
    },
    onGap: () => setChanges((count) => count + 1),
  });
  const tabs = [
    { path: "", label: t("overview.title") },
    { path: "alerts", label: t("alerts.title") },
    { path: "logs", label: t("logs.title") },
    ...(can("deadJobs") ? [{ path: "jobs", label: t("jobs.title") }] : []),
  ];
  return (
    <>
      <PageHeader title={t("title")} text={t("text")} />
      <RouteTabs base="/monitoring" label={t("title")} tabs={tabs}>
        <Routes>
          <Route index element={<Overview sampled={health} changes={changes} />} />
          <Route path="alerts" element={<Alerts changes={changes} />} />
          <Route path="logs" element={<Logs />} />
          {can("deadJobs") && <Route path="jobs" element={<Jobs />} />}
        </Routes>
      </RouteTabs>
    </>
  );
}
