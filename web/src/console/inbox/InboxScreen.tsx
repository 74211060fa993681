import { useMediaQuery } from "@mantine/hooks";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Route, Routes, useLocation, useNavigate, useParams } from "react-router";
import { useRights } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { ListPane } from "./ListPane.tsx";
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
  const opened = /\/(tickets|dialogs)\/\d+/.test(pathname);
  return (
    <div className="inbox">
      {/* Kept where a conversation covers it, so that the list is where one left it. */}
      <div className="inbox-list" hidden={opened && !beside}>
        <ListPane />
      </div>
      {(opened || beside) && (
        <section className="inbox-conversation" aria-label={t("conversation")}>
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
  return <EmptyState title={t("nothing_open")} text={t(staff ? "nothing_open_staff" : "nothing_open_customer")} />;
}
