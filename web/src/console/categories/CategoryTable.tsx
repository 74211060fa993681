import { ActionIcon, Badge, Box, Group, Switch, Table, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { ArrowDown, ArrowUp, Pencil, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { DANGER_TEXT } from "../parts/colors.ts";
import { useErrorNotice } from "../parts/errors.ts";
import { iconOf } from "./builtin.ts";
import { type Category, REMOVE, UPDATE } from "./documents.ts";
import { moves } from "./order.ts";
import { useCategoryName, useCategoryText } from "./useCategoryWords.ts";

interface CategoryTableProps {
  categories: Category[];
  /** Tickets by the category's id. */
  counts: Map<string | undefined, number>;
  onEdit: (category: Category) => void;
  onRemoved: () => void;
}

export function CategoryTable({ categories, counts, onEdit, onRemoved }: CategoryTableProps) {
  const { t } = useTranslation("categories");
  const manages = useRights().can("updateCategory");
  const notice = useErrorNotice();
  const [{ fetching }, update] = useMutation(UPDATE);
  const move = async (from: number, to: number) => {
    for (const { id, sortOrder } of moves(categories, from, to)) {
      const { error } = await update({ id, input: { sortOrder } });
      if (error) notice(error);
    }
    onRemoved();
  };
  return (
    <Table.ScrollContainer minWidth={320} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table highlightOnHover verticalSpacing="xs" withTableBorder bg="var(--mantine-color-body)">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("name")}</Table.Th>
            <Table.Th ta="right" visibleFrom="sm">
              {t("tickets")}
            </Table.Th>
            <NarrowHead words={t("active")} />
            {manages && <NarrowHead words={t("actions")} />}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {categories.map((category, place) => (
            <Table.Tr key={category.id}>
              <Table.Td>
                <Name category={category} />
              </Table.Td>
              <Table.Td ta="right" className="figures" visibleFrom="sm">
                {counts.get(category.id) ?? 0}
              </Table.Td>
              <Table.Td>
                <ActiveSwitch category={category} manages={manages} />
              </Table.Td>
              {manages && (
                <Table.Td>
                  <Actions
                    category={category}
                    used={(counts.get(category.id) ?? 0) > 0}
                    onUp={place > 0 && !fetching ? () => void move(place, place - 1) : null}
                    onDown={place < categories.length - 1 && !fetching ? () => void move(place, place + 1) : null}
                    onEdit={() => onEdit(category)}
                    onRemoved={onRemoved}
                  />
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** On a phone the switch and the buttons say themselves what they are. */
function NarrowHead({ words }: { words: string }) {
  return (
    <Table.Th aria-label={words}>
      <Text span inherit visibleFrom="sm">
        {words}
      </Text>
    </Table.Th>
  );
}

function Name({ category }: { category: Category }) {
  const { t } = useTranslation("categories");
  const nameOf = useCategoryName();
  const textOf = useCategoryText();
  const Icon = iconOf(category);
  return (
    <Group gap="sm" wrap="nowrap" align="flex-start">
      <Box
        w={34}
        h={34}
        aria-hidden
        style={{
          display: "grid",
          placeItems: "center",
          flexShrink: 0,
          borderRadius: "var(--mantine-radius-md)",
          border: `2px solid ${category.color || "var(--mantine-color-default-border)"}`,
        }}
      >
        {Icon ? <Icon size={17} color={category.color || undefined} /> : category.icon}
      </Box>
      <div>
        <Group gap={6}>
          <Text fw={600}>{nameOf(category)}</Text>
          {category.key && (
            <Badge variant="default" size="sm" tt="none">
              {t("builtin")}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {textOf(category)}
        </Text>
      </div>
    </Group>
  );
}

function ActiveSwitch({ category, manages }: { category: Category; manages: boolean }) {
  const { t } = useTranslation("categories");
  const nameOf = useCategoryName();
  const notice = useErrorNotice();
  const [{ fetching }, update] = useMutation(UPDATE);
  const turn = async (isActive: boolean) => {
    const { error } = await update({ id: category.id, input: { isActive } });
    if (error) notice(error);
  };
  if (!manages) return <Text size="sm">{t(category.isActive ? "shell:yes" : "shell:no")}</Text>;
  return (
    <Switch
      aria-label={t("active_of", { name: nameOf(category) })}
      checked={category.isActive}
      disabled={fetching}
      onChange={(event) => void turn(event.currentTarget.checked)}
    />
  );
}

interface ActionsProps {
  category: Category;
  used: boolean;
  onUp: (() => void) | null;
  onDown: (() => void) | null;
  onEdit: () => void;
  onRemoved: () => void;
}

function Actions({ category, used, onUp, onDown, onEdit, onRemoved }: ActionsProps) {
  const { t } = useTranslation("categories");
  const remove = useRemoval(category, onRemoved);
  const name = useCategoryName()(category);
  const button = { variant: "default", bd: 0, bg: "transparent" } as const;
  return (
    <Group gap={2} wrap="nowrap">
      <ActionIcon
        {...button}
        visibleFrom="sm"
        aria-label={t("up", { name })}
        disabled={!onUp}
        onClick={onUp ?? undefined}
      >
        <ArrowUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        {...button}
        visibleFrom="sm"
        aria-label={t("down", { name })}
        disabled={!onDown}
        onClick={onDown ?? undefined}
      >
        <ArrowDown size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon {...button} aria-label={t("edit", { name })} onClick={onEdit}>
        <Pencil size={16} aria-hidden />
      </ActionIcon>
      {/* Built-in ones and those in use are switched off instead, see the API. */}
      {!category.key && !used && (
        <ActionIcon {...button} c={DANGER_TEXT} aria-label={t("remove", { name })} onClick={remove}>
          <Trash2 size={16} aria-hidden />
        </ActionIcon>
      )}
    </Group>
  );
}

function useRemoval(category: Category, onRemoved: () => void): () => void {
  const { t } = useTranslation("categories");
  const nameOf = useCategoryName();
  const notice = useErrorNotice();
  const [, remove] = useMutation(REMOVE);
  return () =>
    modals.openConfirmModal({
      title: t("remove_title", { name: nameOf(category) }),
      children: <Text size="sm">{t("remove_text")}</Text>,
      labels: { confirm: t("shell:delete"), cancel: t("shell:cancel") },
      confirmProps: { color: "red.9" },
      onConfirm: async () => {
        const { error } = await remove({ id: category.id });
        if (error) notice(error);
        onRemoved();
      },
    });
}
