import { Anchor, Button, Center, SegmentedControl, Stack, Table, Text } from "@mantine/core";
import { Contact } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, Route, Routes, useNavigate, useParams } from "react-router";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { Time } from "../parts/Time.tsx";
import { type Lead, type LeadStatus, STATUSES } from "./documents.ts";
import { LeadDrawer } from "./LeadDrawer.tsx";
import { phoneText } from "./phone.ts";
import { StatusSelect } from "./StatusSelect.tsx";
import { useLeads } from "./useLeads.ts";

/** Clients who want to be called, newest first; one of them open beside the list. */
export default function LeadsScreen() {
  const { t } = useTranslation("leads");
  const [status, setStatus] = useState<LeadStatus | "ALL">("ALL");
  return (
    <>
      <PageHeader title={t("title")} text={t("about")} />
      <Stack>
        <div style={{ overflowX: "auto" }}>
          <SegmentedControl
            aria-label={t("status")}
            value={status}
            onChange={(wanted) => setStatus(wanted as LeadStatus | "ALL")}
            data={["ALL", ...STATUSES].map((each) => ({ value: each, label: t(`filters.${each}`) }))}
          />
        </div>
        <LeadList status={status === "ALL" ? null : status} />
      </Stack>
      <Routes>
        <Route path=":id" element={<OpenLead />} />
      </Routes>
    </>
  );
}

function OpenLead() {
  const navigate = useNavigate();
  const { id = "" } = useParams();
  return <LeadDrawer id={id} onClose={() => void navigate("/leads")} />;
}

function LeadList({ status }: { status: LeadStatus | null }) {
  const { t } = useTranslation("leads");
  const { leads, error, read, adding, addPage } = useLeads(status);
  if (error && !leads) return <ErrorState error={error} onRetry={read} />;
  if (!leads) return <Loading rows={6} />;
  if (leads.length === 0) {
    return <EmptyState icon={Contact} title={t(status ? "none_of" : "none")} text={t("none_text")} />;
  }
  return (
    <>
      <Table.ScrollContainer minWidth={680} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table highlightOnHover verticalSpacing="sm" withTableBorder bg="var(--mantine-color-body)">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("client")}</Table.Th>
              <Table.Th>{t("phone")}</Table.Th>
              <Table.Th>{t("wish")}</Table.Th>
              <Table.Th>{t("status")}</Table.Th>
              <Table.Th>{t("came")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {leads.map((lead) => (
              <Row key={lead.id} lead={lead} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {addPage && (
        <Center>
          <Button variant="default" loading={adding} onClick={() => void addPage()}>
            {t("shell:more")}
          </Button>
        </Center>
      )}
    </>
  );
}

function Row({ lead }: { lead: Lead }) {
  const wish = [lead.objectType, lead.city, lead.area].filter(Boolean).join(", ");
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/leads/${lead.id}`} fw={600}>
          {lead.name}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Anchor href={`tel:${lead.phoneE164}`} className="figures" style={{ whiteSpace: "nowrap" }}>
          {phoneText(lead.phoneE164)}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Text size="sm" lineClamp={2}>
          {wish || lead.summary}
        </Text>
      </Table.Td>
      <Table.Td w={170}>
        <StatusSelect lead={lead} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" style={{ whiteSpace: "nowrap" }}>
          <Time at={lead.createdAt} relative />
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}
