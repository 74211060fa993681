import { Avatar, Badge, Box, Group, Paper, Table, Text, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useRights } from "../allowed.tsx";
import { DANGER_TEXT } from "../parts/colors.ts";
import { Time } from "../parts/Time.tsx";
import type { Person } from "./documents.ts";
import { nameOf } from "./person.ts";
import { RoleBadge } from "./RoleBadge.tsx";

interface PeopleTableProps {
  people: Person[];
  onOpen: (person: Person) => void;
}

/** Who is who; on a narrow screen what matters less stands in the drawer alone. */
export function PeopleTable({ people, onOpen }: PeopleTableProps) {
  const { t } = useTranslation("people");
  return (
    <Paper withBorder style={{ overflow: "hidden" }}>
      <Table highlightOnHover verticalSpacing="sm" layout="auto">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("name")}</Table.Th>
            <Table.Th visibleFrom="xs">{t("role")}</Table.Th>
            <Table.Th visibleFrom="lg" ta="end">
              {t("tickets")}
            </Table.Th>
            <Table.Th visibleFrom="sm">{t("last_activity")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.map((person) => (
            <PersonRow key={person.id} person={person} onOpen={onOpen} />
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}

function PersonRow({ person, onOpen }: { person: Person; onOpen: (person: Person) => void }) {
  const { can } = useRights();
  return (
    <Table.Tr
      onClick={can("updateUser") ? () => onOpen(person) : undefined}
      style={can("updateUser") ? { cursor: "pointer" } : undefined}
    >
      <Table.Td maw={0} w="60%">
        <Who person={person} onOpen={onOpen} />
      </Table.Td>
      <Table.Td visibleFrom="xs">
        <RoleBadge role={person.role} />
      </Table.Td>
      <Table.Td visibleFrom="lg" ta="end" className="figures">
        {person.ticketsCount}
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: "nowrap" }}>
        {person.lastActivity && <Time at={person.lastActivity} relative />}
      </Table.Td>
    </Table.Tr>
  );
}

function Who({ person, onOpen }: { person: Person; onOpen: (person: Person) => void }) {
  const { t } = useTranslation("people");
  const { me, can } = useRights();
  const name = nameOf(person) ?? t("nameless");
  const address = person.fullName ? (person.email ?? person.username) : null;
  return (
    <Group gap="sm" wrap="nowrap">
      <Avatar name={name} color="opora" variant="filled" size={36} aria-hidden />
      <Box miw={0}>
        <Group gap={6} wrap="nowrap">
          {can("updateUser") ? (
            <UnstyledButton aria-label={t("open", { name })} onClick={() => onOpen(person)} miw={0}>
              <Text fw={500} truncate>
                {name}
              </Text>
            </UnstyledButton>
          ) : (
            <Text fw={500} truncate>
              {name}
            </Text>
          )}
          {person.id === me.id && (
            <Text size="xs" c="dimmed" style={{ whiteSpace: "nowrap" }}>
              {t("you")}
            </Text>
          )}
          {!person.isActive && (
            <Badge color="gray" variant="default" c={DANGER_TEXT} size="sm" tt="none" style={{ flexShrink: 0 }}>
              {t("inactive")}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed" truncate>
          {address}
        </Text>
        <Box hiddenFrom="xs" mt={4}>
          <RoleBadge role={person.role} />
        </Box>
      </Box>
    </Group>
  );
}
