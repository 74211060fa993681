import { Badge, Pagination, Stack, Table, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Search, Users as UsersIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { Time } from "../parts/Time.tsx";
import { useFormat } from "../parts/useFormat.ts";
import { USERS, type Users } from "./documents.ts";

const SIZE = 25;
const TYPING_MS = 300;

/** People of all companies. */
export function UsersView() {
  const { t } = useTranslation("installation");
  const [search, setSearch] = useState("");
  const [page, setPage] = useState(1);
  const [settled] = useDebouncedValue(search.trim(), TYPING_MS);
  const [{ data, error, fetching }, again] = useQuery({
    query: USERS,
    variables: { limit: SIZE, offset: (page - 1) * SIZE, search: settled || null },
    requestPolicy: "cache-and-network",
  });
  const found = data?.installationUsers;
  const narrow = (words: string) => {
    setSearch(words);
    setPage(1);
  };
  return (
    <Stack>
      <TextInput
        aria-label={t("users.search")}
        placeholder={t("users.search")}
        leftSection={<Search size={16} aria-hidden />}
        value={search}
        onChange={(event) => narrow(event.currentTarget.value)}
        maw={360}
      />
      {found ? (
        <>
          <UserTable users={found.users} />
          {found.total > SIZE && (
            <Pagination
              value={page}
              onChange={setPage}
              total={Math.ceil(found.total / SIZE)}
              getControlProps={(control) => ({ "aria-label": t(`page.${control}`) })}
            />
          )}
        </>
      ) : fetching ? (
        <Loading rows={6} height={44} />
      ) : (
        <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />
      )}
    </Stack>
  );
}

function UserTable({ users }: { users: Users["users"] }) {
  const { t } = useTranslation("installation");
  const { money, number } = useFormat();
  if (users.length === 0) return <EmptyState icon={UsersIcon} title={t("users.empty")} text={t("users.empty_text")} />;
  return (
    <Table.ScrollContainer
      minWidth={860}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("users.title") } }}
    >
      <Table highlightOnHover className="figures">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("users.person")}</Table.Th>
            <Table.Th>{t("users.role")}</Table.Th>
            <Table.Th ta="right">{t("users.company")}</Table.Th>
            <Table.Th ta="right">{t("users.balance")}</Table.Th>
            <Table.Th ta="right">{t("users.spent")}</Table.Th>
            <Table.Th ta="right">{t("users.assistants")}</Table.Th>
            <Table.Th ta="right">{t("users.dialogs")}</Table.Th>
            <Table.Th>{t("users.seen")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {users.map((user) => (
            <Table.Tr key={user.id}>
              <Table.Td>
                {user.fullName || user.email}
                <Text size="xs" c="dimmed">
                  {user.email}
                </Text>
              </Table.Td>
              <Table.Td>
                {t(`shell:roles.${user.role}`)}{" "}
                {!user.isActive && (
                  <Badge variant="light" miw="max-content" color="gray">
                    {t("users.inactive")}
                  </Badge>
                )}
              </Table.Td>
              <Table.Td ta="right">{user.tenantId}</Table.Td>
              <Table.Td ta="right">{money(user.balance)}</Table.Td>
              <Table.Td ta="right">{money(user.totalSpent)}</Table.Td>
              <Table.Td ta="right">{number(user.assistantsCount)}</Table.Td>
              <Table.Td ta="right">{number(user.dialogsCount)}</Table.Td>
              <Table.Td>{user.lastLoginAt ? <Time at={user.lastLoginAt} relative /> : t("users.never")}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
