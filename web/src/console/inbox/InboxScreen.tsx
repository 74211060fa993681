import { useMediaQuery } from "@mantine/hooks";
import { lazy, type RefObject, Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Route, Routes, useLocation, useNavigate, useParams } from "react-router";
import { useRights } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { FirstSteps } from "./FirstSteps.tsx";
import { ListPane } from "./ListPane.tsx";
import { useFirstSteps } from "./useFirstSteps.ts";
import "./inbox.css";

const TicketConversation = lazy(() =>
  import("../conversation/TicketConversation.tsx").then((module) => ({ default: module.TicketConversation })),
);
const DialogConversation = lazy(() =>
  import("../conversation/DialogConversation.tsx").then((module) => ({ default: module.DialogConversation })),
);

/** The list on the left and the open conversation beside it; one of them at a time on narrow screens. */
export default function InboxScreen() {
  const { t } = useTranslation("inbox");
  const { pathname } = useLocation();
  const beside = useMediaQuery("(min-width: 48em)", true, { getInitialValueInEffect: false });
  const open = /\/(?:tickets|dialogs)\/(\d+)/.exec(pathname)?.[1];
  const opened = open !== undefined;
  const screen = useRef<HTMLDivElement>(null);
  useKeptFocus(screen, open);
  return (
    <div className="inbox" ref={screen}>
      {/* Kept where a conversation covers it, so that the list is where one left it. */}
      <div className="inbox-list" hidden={opened && !beside}>
        <ListPane />
      </div>
      {(opened || beside) && (
        <section className="inbox-conversation" aria-label={t("conversation")} tabIndex={-1}>
          <Suspense fallback={<Loading rows={6} />}>
            <Routes>
              <Route path="tickets/:id" element={<Opened of={TicketConversation} />} />
              <Route path="dialogs/:id" element={<Opened of={DialogConversation} />} />
              <Route path="" element={<NothingOpen />} />
              <Route path="*" element={<Navigate to="/inbox" replace />} />
            </Routes>
          </Suspense>
        </section>
      )}
    </div>
  );
}

/** On a phone what had the focus goes out of sight, and the focus with it: it goes on in what came instead. */
function useKeptFocus(screen: RefObject<HTMLDivElement | null>, open: string | undefined): void {
  const before = useRef(open);
  useEffect(() => {
    const last = before.current;
    before.current = open;
    if (Boolean(last) === Boolean(open)) return;
    const focused = document.activeElement;
    if (focused && focused !== document.body && focused.checkVisibility()) return;
    const row = screen.current?.querySelector<HTMLElement>(`.inbox-link[data-id="${last}"]`);
    const next = open ? screen.current?.querySelector<HTMLElement>(".inbox-conversation") : row;
    (next ?? screen.current?.querySelector("h1"))?.focus();
  }, [screen, open]);
}

type Conversation = typeof TicketConversation;

function Opened({ of: Shown }: { of: Conversation }) {
  const { id = "" } = useParams();
  const navigate = useNavigate();
  const { search } = useLocation();
  return <Shown key={id} id={id} onClose={() => navigate({ pathname: "/inbox", search })} />;
}

function NothingOpen() {
  const { t } = useTranslation("inbox");
  const staff = useRights().can("inboxEvents");
  const steps = useFirstSteps();
  if (steps) return <FirstSteps steps={steps} />;
  return <EmptyState title={t("nothing_open")} text={t(staff ? "nothing_open_staff" : "nothing_open_customer")} />;
}
