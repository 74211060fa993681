import { ScrollArea, Tabs } from "@mantine/core";
import type { ReactNode } from "react";
import { useLocation, useNavigate } from "react-router";

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
  const open = tabs.find((tab) => tab.path !== "" && pathname.startsWith(`${base}/${tab.path}`))?.path || HOME;
  return (
    <Tabs value={open} onChange={(path) => navigate(path === HOME ? base : `${base}/${path}`)} keepMounted={false}>
      <ScrollArea type="never" mb="md">
        <Tabs.List aria-label={label} style={{ flexWrap: "nowrap" }}>
          {tabs.map((tab) => (
            <Tabs.Tab key={tab.path} value={tab.path || HOME} style={{ whiteSpace: "nowrap" }}>
              {tab.label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </ScrollArea>
      <Tabs.Panel value={open}>{children}</Tabs.Panel>
    </Tabs>
  );
}
