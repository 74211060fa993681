import { ActionIcon, AppShell, Burger, Group, NavLink, ScrollArea, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { Search } from "lucide-react";
import { type ComponentType, lazy, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Route, NavLink as RouterLink, Routes, useLocation } from "react-router";
import { Allowed, useRights } from "./allowed.tsx";
import type { Area } from "./areas.ts";
import { AREAS } from "./navigation.ts";
import { CommandPalette } from "./parts/CommandPalette.tsx";
import { ConnectionNotice } from "./parts/ConnectionNotice.tsx";
import { EmptyState } from "./parts/EmptyState.tsx";
import { ErrorBoundary } from "./parts/ErrorBoundary.tsx";
import { Loading } from "./parts/Loading.tsx";
import { PersonMenu } from "./parts/PersonMenu.tsx";
import { DutyMenu } from "./queue/DutyMenu.tsx";

const GROUPS = ["work", "knowledge", "company", "installation"] as const;
const SCREENS = new Map<string, ComponentType>(AREAS.map((area) => [area.name, lazy(area.load)]));

/** Header, navigation and the open area. What the person may not use is not there. */
export function Shell() {
  const { t } = useTranslation();
  const { can } = useRights();
  const [opened, menu] = useDisclosure();
  const areas = AREAS.filter((area) => can(area.needs));
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: "md", collapsed: { mobile: !opened } }}
      padding={{ base: "sm", sm: "md" }}
    >
      <a className="skip-link" href="#main">
        {t("skip")}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={menu.toggle}
            hiddenFrom="md"
            size="sm"
            aria-label={t("menu")}
            aria-expanded={opened}
          />
          <Brand />
          <Tooltip label={t("search_hint")}>
            <ActionIcon variant="default" size="lg" ml="auto" onClick={spotlight.open} aria-label={t("search")}>
              <Search size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Allowed to="operatorHeartbeat">
            <DutyMenu />
          </Allowed>
          <PersonMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar
        aria-label={t("navigation")}
        className={opened ? undefined : "menu-closed"}
        onKeyDown={(event) => event.key === "Escape" && menu.close()}
      >
        <ScrollArea type="auto" p="xs">
          {GROUPS.map((group) => (
            <NavigationGroup key={group} group={group} areas={areas} onFollow={menu.close} />
          ))}
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <ConnectionNotice />
        <ErrorBoundary resetOn={useLocation().pathname}>
          <Screens areas={areas} />
        </ErrorBoundary>
      </AppShell.Main>
      <CommandPalette areas={areas} />
    </AppShell>
  );
}

/** The product and whose console it is; on a phone there is room for the company alone. */
function Brand() {
  const { tenant } = useRights();
  return (
    <RouterLink to="/" className="brand">
      <img src="/favicon.ico" alt="" width={28} height={28} />
      <Text fw={700} className="brand-product">
        Opora
      </Text>
      <Text className="brand-company" size="sm" fw={500} truncate title={tenant.name}>
        {tenant.name}
      </Text>
    </RouterLink>
  );
}

function NavigationGroup({ group, areas, onFollow }: { group: string; areas: Area[]; onFollow: () => void }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const shown = areas.filter((area) => area.group === group);
  const open = useRef<HTMLAnchorElement>(null);
  // On a low screen the open area may be below what is seen of the list.
  useEffect(() => open.current?.scrollIntoView({ block: "nearest" }), []);
  if (shown.length === 0) return null;
  return (
    <>
      <Text size="xs" c="dimmed" fw={600} px="sm" pt="sm" pb={4}>
        {t(`groups.${group}`)}
      </Text>
      {shown.map((area) => (
        <NavLink
          key={area.name}
          component={RouterLink}
          to={`/${area.path}`}
          py={6}
          ref={pathname.split("/")[1] === area.path ? open : undefined}
          active={pathname.split("/")[1] === area.path}
          label={t("title", { ns: area.name })}
          leftSection={<area.icon size={18} aria-hidden />}
          rightSection={area.badge && <area.badge />}
          onClick={onFollow}
        />
      ))}
    </>
  );
}

function Screens({ areas }: { areas: Area[] }) {
  const { t } = useTranslation();
  // Who looks after the installation begins there; all others at their work.
  const home = areas.find((area) => area.group === "installation") ?? areas[0];
  return (
    <Suspense fallback={<Loading rows={8} />}>
      <Routes>
        {areas.map((area) => {
          const Screen = SCREENS.get(area.name) as ComponentType;
          return <Route key={area.name} path={`${area.path}/*`} element={<Screen />} />;
        })}
        {home && <Route path="/" element={<Navigate to={`/${home.path}`} replace />} />}
        <Route path="sign-in/*" element={<Navigate to="/" replace />} />
        <Route path="*" element={<EmptyState order={1} title={t("not_found")} text={t("not_found_text")} />} />
      </Routes>
    </Suspense>
  );
}
