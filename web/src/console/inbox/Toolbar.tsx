import { ActionIcon, Button, Group, Indicator, Popover, TextInput, Title, Tooltip } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Keyboard, ListFilter, Plus, Search, X } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Allowed, useRights } from "../allowed.tsx";
import { useArrival } from "../parts/useArrival.ts";
import { useTitle } from "../parts/useTitle.ts";
import { FilterForm } from "./FilterForm.tsx";
import type { Address } from "./useAddress.ts";
import { type Counts, ViewMenu } from "./ViewMenu.tsx";

interface ToolbarProps {
  address: Address;
  counts?: Counts;
  search: RefObject<HTMLInputElement | null>;
  onHelp: () => void;
  onCreate: () => void;
}

/** The heading with the view, the search and the filters. */
export function Toolbar({ address, counts, search, onHelp, onCreate }: ToolbarProps) {
  const { t } = useTranslation("inbox");
  const { can } = useRights();
  const staff = can("inboxCounts");
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(t("title"));
  useArrival(heading);
  return (
    <div className="inbox-tools">
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <Title order={1} size="h4" ref={heading} tabIndex={-1}>
          {t("title")}
        </Title>
        <Group gap={4} wrap="nowrap">
          {staff && (
            <Tooltip label={t("shortcuts")}>
              <ActionIcon variant="subtle" color="gray" onClick={onHelp} aria-label={t("shortcuts")} visibleFrom="sm">
                <Keyboard size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          <Allowed to="createTicket">
            <Button size="xs" variant="light" leftSection={<Plus size={16} aria-hidden />} onClick={onCreate}>
              {t("create")}
            </Button>
          </Allowed>
        </Group>
      </Group>
      <ViewMenu address={address} counts={counts} />
      <Group gap="xs" mt="xs" wrap="nowrap">
        <SearchField key={address.view.id} address={address} input={search} />
        {staff && <Filters address={address} />}
      </Group>
    </div>
  );
}

const TYPED_MS = 300;

function SearchField({ address, input }: { address: Address; input: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation("inbox");
  const asked = address.filter.search ?? "";
  const [text, setText] = useState(asked);
  const search = useDebouncedCallback(address.search, TYPED_MS);
  // The way back, or emptied filters, change it too; while one types, the field is right.
  useEffect(() => {
    if (document.activeElement !== input.current) setText(asked);
  }, [asked, input]);
  const change = (next: string) => {
    setText(next);
    search(next.trim());
  };
  return (
    <TextInput
      ref={input}
      flex={1}
      size="sm"
      type="search"
      value={text}
      maxLength={200}
      onChange={(event) => change(event.currentTarget.value)}
      // Else a conversation that is opened right after typing would be left again when the search begins.
      onBlur={() => search.flush()}
      onKeyDown={(event) => event.key === "Escape" && (text ? change("") : event.currentTarget.blur())}
      placeholder={t("search")}
      aria-label={t("search")}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={
        text && (
          <ActionIcon size="sm" variant="subtle" color="gray" onClick={() => change("")} aria-label={t("clear_search")}>
            <X size={14} aria-hidden />
          </ActionIcon>
        )
      }
    />
  );
}

function Filters({ address }: { address: Address }) {
  const { t } = useTranslation("inbox");
  return (
    <Popover width={320} position="bottom-end" shadow="md" trapFocus withinPortal>
      <Popover.Target>
        <Tooltip label={t("filters")}>
          <Indicator disabled={!address.changed} size={8} offset={4}>
            <ActionIcon size={36} variant="default" aria-label={t("filters")}>
              <ListFilter size={18} aria-hidden />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown mah="70dvh" style={{ overflowY: "auto" }} aria-label={t("filters")}>
        <FilterForm address={address} />
      </Popover.Dropdown>
    </Popover>
  );
}
