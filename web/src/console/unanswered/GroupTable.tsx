import { Anchor, Badge, Button, Checkbox, Group, Table, Text } from "@mantine/core";
import { CircleCheckBig, MessageCircleQuestion } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMutation } from "urql";
import { Allowed, useRights } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { Time } from "../parts/Time.tsx";
import { type Group as AskedGroup, DISMISS, MERGE, REOPEN, type Status } from "./documents.ts";
import { Languages } from "./Languages.tsx";

interface GroupTableProps {
  page: { total: number; groups: AskedGroup[] };
  status: Status;
  search: string;
  onChanged: () => void;
}

export function GroupTable({ page, status, search, onChanged }: GroupTableProps) {
  const { t } = useTranslation("unanswered");
  const [chosen, setChosen] = useState<string[]>([]);
  const here = chosen.filter((id) => page.groups.some((each) => each.id === id));
  if (page.groups.length === 0) {
    if (search) return <EmptyState title={t("shell:nothing_found")} text={t("nothing_text")} />;
    const icon = status === "OPEN" ? CircleCheckBig : MessageCircleQuestion;
    return <EmptyState icon={icon} title={t(`none.${status}`)} text={t(`none_text.${status}`)} />;
  }
  const changed = () => {
    setChosen([]);
    onChanged();
  };
  const choose = (id: string, on: boolean) => setChosen(on ? [...here, id] : here.filter((each) => each !== id));
  return (
    <>
      <Group justify="space-between" mih={36}>
        <Text size="sm" className="figures" role="status">
          {here.length > 0 ? t("chosen", { count: here.length }) : t("total", { count: page.total })}
        </Text>
        {here.length > 0 && <Together ids={here} status={status} onChanged={changed} />}
      </Group>
      <Table.ScrollContainer
        minWidth={320}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("title") } }}
      >
        <Table highlightOnHover verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <ChooseAll ids={page.groups.map((each) => each.id)} chosen={here} onChoose={setChosen} />
              <Table.Th>{t("question")}</Table.Th>
              <Table.Th visibleFrom="sm">{t("times")}</Table.Th>
              <Table.Th visibleFrom="sm">{t("languages")}</Table.Th>
              <Table.Th visibleFrom="sm">{t(status === "OPEN" ? "last" : "resolved")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {page.groups.map((group) => (
              <GroupRow
                key={group.id}
                group={group}
                chosen={here.includes(group.id)}
                onChoose={(on) => choose(group.id, on)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}

interface ChooseAllProps {
  ids: string[];
  chosen: string[];
  onChoose: (ids: string[]) => void;
}

function ChooseAll({ ids, chosen, onChoose }: ChooseAllProps) {
  const { t } = useTranslation("unanswered");
  const { can } = useRights();
  if (!can("dismissUnanswered")) return null;
  return (
    <Table.Th w={40}>
      <Checkbox
        aria-label={t("choose_all")}
        checked={chosen.length === ids.length}
        indeterminate={chosen.length > 0 && chosen.length < ids.length}
        onChange={(event) => onChoose(event.currentTarget.checked ? ids : [])}
      />
    </Table.Th>
  );
}

interface GroupRowProps {
  group: AskedGroup;
  chosen: boolean;
  onChoose: (on: boolean) => void;
}

function GroupRow({ group, chosen, onChoose }: GroupRowProps) {
  const { t } = useTranslation("unanswered");
  return (
    <Table.Tr bg={chosen ? "var(--mantine-color-default-hover)" : undefined}>
      <Allowed to="dismissUnanswered">
        <Table.Td>
          <Checkbox
            aria-label={t("choose", { question: group.question })}
            checked={chosen}
            onChange={(event) => onChoose(event.currentTarget.checked)}
          />
        </Table.Td>
      </Allowed>
      <Table.Td maw={480}>
        <Anchor component={Link} to={`/unanswered/${group.id}`} lineClamp={2} fw={500}>
          {group.question}
        </Anchor>
        <Group gap="xs" mt={4} hiddenFrom="sm">
          <Times count={group.count} />
          <Languages of={group.languages} />
          <Text size="xs" c="dimmed">
            <Time at={group.resolvedAt ?? group.lastAskedAt} relative />
          </Text>
        </Group>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Times count={group.count} />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Languages of={group.languages} />
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: "nowrap" }}>
        <Time at={group.resolvedAt ?? group.lastAskedAt} relative />
        {group.resolvedBy && (
          <Text size="xs" c="dimmed">
            {group.resolvedBy}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Times({ count }: { count: number }) {
  return (
    <Badge variant={count > 1 ? "filled" : "light"} className="figures">
      {count}
    </Badge>
  );
}

interface TogetherProps {
  ids: string[];
  status: Status;
  onChanged: () => void;
}

/** What is done with all chosen groups at once. */
function Together({ ids, status, onChanged }: TogetherProps) {
  const { t } = useTranslation("unanswered");
  const opening = status !== "OPEN";
  const [{ fetching }, move] = useMutation(opening ? REOPEN : DISMISS);
  const notice = useErrorNotice();
  const [{ fetching: merging }, merge] = useMutation(MERGE);
  const done = ({ error }: { error?: Error }) => {
    if (error) notice(error);
    onChanged();
  };
  return (
    <Group gap="xs">
      {!opening && ids.length > 1 && (
        <Button size="xs" variant="default" loading={merging} onClick={() => void merge({ ids }).then(done)}>
          {t("merge")}
        </Button>
      )}
      <Button size="xs" variant="default" loading={fetching} onClick={() => void move({ ids }).then(done)}>
        {t(opening ? "reopen" : "dismiss")}
      </Button>
    </Group>
  );
}
