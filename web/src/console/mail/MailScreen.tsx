import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Mails, RefreshCw, Send } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Route, Routes, useNavigate, useParams } from "react-router";
import { Allowed } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { PagedList } from "../parts/PagedList.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { usePages } from "../parts/usePages.ts";
import { MAILS } from "./documents.ts";
import { MailDrawer } from "./MailDrawer.tsx";
import { MailTable } from "./MailTable.tsx";
import { TestMail } from "./TestMail.tsx";

/** E-mails of the company: what went out and what is stuck. Without a mail server they are kept here to be read. */
export default function MailScreen() {
  return (
    <Routes>
      <Route index element={<MailList />} />
      <Route path=":id" element={<MailList />} />
    </Routes>
  );
}

function MailList() {
  const { t } = useTranslation("mail");
  const { id } = useParams();
  const navigate = useNavigate();
  const [testing, test] = useDisclosure();
  const pages = usePages(MAILS, {}, (data) => data.keptMails);
  return (
    <>
      <PageHeader title={t("title")} text={t("text")}>
        <Button
          variant="default"
          leftSection={<RefreshCw size={16} aria-hidden />}
          onClick={pages.reload}
          loading={pages.fetching}
        >
          {t("refresh")}
        </Button>
        <Allowed to="sendTestMail">
          <Button leftSection={<Send size={16} aria-hidden />} onClick={test.open}>
            {t("test.button")}
          </Button>
        </Allowed>
      </PageHeader>
      <PagedList pages={pages} empty={<EmptyState icon={Mails} title={t("empty")} text={t("empty_text")} />}>
        {(rows) => <MailTable mails={rows} />}
      </PagedList>
      <MailDrawer id={id ?? null} onClose={() => navigate("/mail")} />
      <TestMail opened={testing} onClose={test.close} onSent={pages.reload} />
    </>
  );
}
