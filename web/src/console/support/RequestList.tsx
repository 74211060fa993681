import { Anchor, Button, Pagination, Stack, Table } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { LifeBuoy, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useQuery } from "urql";
import { Allowed } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { Time } from "../parts/Time.tsx";
import { REQUESTS, type Requests } from "./documents.ts";
import { NewRequest } from "./NewRequest.tsx";
import { StatusBadge } from "./StatusBadge.tsx";

const SIZE = 20;

/** One's own requests, newest first. */
export function RequestList() {
  const { t } = useTranslation("support");
  const navigate = useNavigate();
  const [page, setPage] = useState(1);
  const [opened, form] = useDisclosure();
  const [{ data, error, fetching }, again] = useQuery({
    query: REQUESTS,
    variables: { limit: SIZE, offset: (page - 1) * SIZE },
    requestPolicy: "cache-and-network",
  });
  const found = data?.supportRequests;
  const add = (
    <Allowed to="createSupportRequest">
      <Button leftSection={<Plus size={16} aria-hidden />} onClick={form.open}>
        {t("new")}
      </Button>
    </Allowed>
  );
  return (
    <>
      <PageHeader title={t("title")} text={t("text")}>
        {add}
      </PageHeader>
      {found ? (
        <Stack>
          {found.total === 0 ? (
            <EmptyState icon={LifeBuoy} title={t("empty")} text={t("empty_text")} />
          ) : (
            <RequestTable requests={found.requests} />
          )}
          {found.total > SIZE && (
            <Pagination
              value={page}
              onChange={setPage}
              total={Math.ceil(found.total / SIZE)}
              getControlProps={(control) => ({ "aria-label": t(`page.${control}`) })}
            />
          )}
        </Stack>
      ) : fetching ? (
        <Loading />
      ) : (
        <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />
      )}
      <NewRequest opened={opened} onClose={form.close} onCreated={(number) => navigate(`/support/${number}`)} />
    </>
  );
}

function RequestTable({ requests }: { requests: Requests["requests"] }) {
  const { t } = useTranslation("support");
  return (
    <Table.ScrollContainer
      minWidth={600}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("title") } }}
    >
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("subject")}</Table.Th>
            <Table.Th>{t("status")}</Table.Th>
            <Table.Th>{t("priority")}</Table.Th>
            <Table.Th>{t("number")}</Table.Th>
            <Table.Th>{t("updated")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {requests.map((request) => (
            <Table.Tr key={request.number}>
              <Table.Td>
                <Anchor component={Link} to={`/support/${request.number}`} size="sm">
                  {request.subject}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <StatusBadge status={request.status} />
              </Table.Td>
              <Table.Td>{t(`priorities.${request.priority}`)}</Table.Td>
              <Table.Td>{request.number}</Table.Td>
              <Table.Td>
                <Time at={request.updatedAt} relative />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
