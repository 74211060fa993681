import { Tabs } from "@mantine/core";
import { BookOpenText, FileUp, ListTree, MessageCircleQuestion, SearchCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Route, Routes, useLocation, useNavigate } from "react-router";
import { PageHeader } from "../parts/PageHeader.tsx";
import { TabStrip } from "../parts/TabStrip.tsx";
import { FaqTab } from "./FaqTab.tsx";
import { FilesTab } from "./FilesTab.tsx";
import { QaTab } from "./QaTab.tsx";
import { SearchTab } from "./SearchTab.tsx";
import { SourceScreen } from "./SourceScreen.tsx";
import { SourcesTab } from "./SourcesTab.tsx";

const TABS = [
  { name: "files", icon: FileUp },
  { name: "sources", icon: ListTree },
  { name: "search", icon: SearchCheck },
  { name: "qa", icon: MessageCircleQuestion },
  { name: "faq", icon: BookOpenText },
] as const;

/** What answers rest on: files, their passages, questions with answers; and what a search finds in it. */
export default function KnowledgeScreen() {
  const { t } = useTranslation("knowledge");
  return (
    <>
      <PageHeader title={t("title")} text={t("about")} />
      <KnowledgeTabs>
        <Routes>
          <Route index element={<Navigate to="files" replace />} />
          <Route path="files" element={<FilesTab />} />
          <Route path="sources" element={<SourcesTab />} />
          <Route path="sources/:name" element={<SourceScreen />} />
          <Route path="search" element={<SearchTab />} />
          <Route path="qa" element={<QaTab />} />
          <Route path="faq" element={<FaqTab />} />
          <Route path="*" element={<Navigate to="/knowledge/files" replace />} />
        </Routes>
      </KnowledgeTabs>
    </>
  );
}

function KnowledgeTabs({ children }: { children: ReactNode }) {
  const { t } = useTranslation("knowledge");
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const open = pathname.split("/")[2] ?? "files";
  return (
    <Tabs value={open} onChange={(name) => navigate(`/knowledge/${name}${name === "faq" ? "" : search}`)}>
      <TabStrip
        label={t("title")}
        open={open}
        tabs={TABS.map(({ name, icon }) => ({ value: name, label: t(`tabs.${name}`), icon }))}
      />
      <Tabs.Panel value={open}>{children}</Tabs.Panel>
    </Tabs>
  );
}
