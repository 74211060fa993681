import { Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { Navigate, useLocation, useNavigate } from "react-router";
import { TabStrip } from "./TabStrip.tsx";

interface RouteTab {
  /** Below the base; empty for the base itself. */
  path: string;
  label: string;
}

interface RouteTabsProps {
  base: string;
  tabs: RouteTab[];
  label: string;
  /** The routes of the tabs. */
  children: ReactNode;
}

const HOME = "/";

/** Tabs that are addresses: each can be linked to, and the browser's way back leads through them. */
export function RouteTabs({ base, tabs, label, children }: RouteTabsProps) {
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const path = pathname.slice(base.length + 1).split("/")[0] ?? "";
  const open = tabs.find((tab) => tab.path === path);
  // An old or mistyped address, or a tab that this person has no right to.
  if (!open) return <Navigate to={base} replace />;
  const value = open.path || HOME;
  return (
    <Tabs value={value} onChange={(to) => navigate(to === HOME ? base : `${base}/${to}`)} keepMounted={false}>
      <TabStrip label={label} open={value} tabs={tabs.map((tab) => ({ value: tab.path || HOME, label: tab.label }))} />
      <Tabs.Panel value={value}>{children}</Tabs.Panel>
    </Tabs>
  );
}
