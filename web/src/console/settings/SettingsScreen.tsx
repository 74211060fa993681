import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Route, Routes } from "react-router";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { RouteTabs } from "../parts/RouteTabs.tsx";
import { SETTINGS } from "./documents.ts";
import { General } from "./General.tsx";
import { Hours } from "./Hours.tsx";
import { Telegram } from "./Telegram.tsx";
import { Thresholds } from "./Thresholds.tsx";

const SignIn = lazy(async () => ({
  default: (await import("../sign-in-providers/SignInProviders.tsx")).SignInProviders,
}));
const Webhooks = lazy(() => import("./webhooks/Webhooks.tsx"));
const TABS = ["", "answers", "hours", "telegram", "webhooks", "sign-in"] as const;

/** What the company sets for itself, a tab a subject. */
export default function SettingsScreen() {
  const { t } = useTranslation("settings");
  const tabs = TABS.map((path) => ({ path, label: t(`tabs.${path || "general"}`) }));
  return (
    <>
      <PageHeader title={t("title")} />
      <RouteTabs base="/settings" tabs={tabs} label={t("title")}>
        <Suspense fallback={<Loading />}>
          <Tabs />
        </Suspense>
      </RouteTabs>
    </>
  );
}

function Tabs() {
  const [{ data, error }, again] = useQuery({ query: SETTINGS });
  const company = data?.tenant;
  if (!company && error) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  if (!company) return <Loading />;
  return (
    <Routes>
      <Route index element={<General company={company} />} />
      <Route path="answers" element={<Thresholds company={company} />} />
      <Route path="hours" element={<Hours company={company} />} />
      <Route path="telegram" element={<Telegram company={company} />} />
      <Route path="webhooks/*" element={<Webhooks />} />
      <Route path="sign-in/*" element={<SignIn />} />
      <Route path="*" element={<Navigate to="/settings" replace />} />
    </Routes>
  );
}
