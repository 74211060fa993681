import { Badge, CloseButton } from "@mantine/core";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import type { InboxFilter } from "./documents.ts";
import { tidy } from "./filter.ts";
import type { Address } from "./useAddress.ts";
import { type Choice, useChoices } from "./useChoices.ts";

/** What narrows the list beyond its view, each with a way to drop it. */
export function FilterChips({ address }: { address: Address }) {
  const { t } = useTranslation("inbox");
  const say = useWords();
  if (!address.changed) return null;
  const own = tidy(address.view.filter) as Record<string, unknown>;
  const chips = Object.entries(tidy(address.filter)).filter(
    ([name, value]) => name !== "search" && JSON.stringify(own[name]) !== JSON.stringify(value),
  );
  return (
    <div className="inbox-chips">
      {chips.map(([name, value]) => {
        const words = say(name, value);
        const drop = () => address.narrow({ [name]: null, ...(name === "unassigned" && { unassigned: false }) });
        return (
          <Badge
            key={name}
            variant="light"
            tt="none"
            fw={500}
            maw="100%"
            rightSection={<CloseButton size={16} iconSize={12} aria-label={t("drop", { words })} onClick={drop} />}
          >
            {words}
          </Badge>
        );
      })}
      {chips.length === 0 && (
        <Badge
          variant="light"
          tt="none"
          fw={500}
          rightSection={<CloseButton size={16} iconSize={12} onClick={address.reset} aria-label={t("reset_filters")} />}
        >
          {t("wider")}
        </Badge>
      )}
    </div>
  );
}

/** A condition in the reader's language. */
function useWords(): (name: string, value: unknown) => string {
  const { t } = useTranslation("inbox");
  const { people, categories, assistants } = useChoices();
  const called = (all: Choice[]) => (id: unknown) => all.find(({ value }) => value === id)?.label ?? `№${String(id)}`;
  const day = (value: unknown) => dayjs(String(value)).format("D MMM YYYY");
  const dayBefore = (value: unknown) => dayjs(String(value)).subtract(1, "day").format("D MMM YYYY");
  const kinds: Record<keyof Omit<InboxFilter, "search">, [string, (value: unknown) => string]> = {
    stage: [t("stage_label"), (value) => t(`stage.${String(value)}`)],
    kinds: [t("kind_label"), (value) => t(`kinds.${String(value)}`)],
    assignedTo: [t("assignee"), called(people)],
    unassigned: [t("assignee"), () => t("nobody")],
    customer: [t("customer"), (value) => `№${String(value)}`],
    language: [t("language"), (value) => t(`languages.${String(value)}`)],
    createdFrom: [t("created_from"), day],
    createdBefore: [t("created_to"), dayBefore],
    status: [t("status_label"), (value) => t(`status.${String(value)}`)],
    priority: [t("priority_label"), (value) => t(`priority.${String(value)}`)],
    category: [t("category"), called(categories)],
    sentiment: [t("sentiment_label"), (value) => t(`sentiment.${String(value)}`)],
    source: [t("source_label"), (value) => t(`source.${String(value)}`)],
    platform: [t("platform_label"), (value) => t(`kind.${String(value)}`)],
    assistant: [t("assistant"), called(assistants)],
  };
  return (name, value) => {
    const [label, words] = kinds[name as keyof typeof kinds];
    return `${label}: ${(Array.isArray(value) ? value : [value]).map(words).join(", ")}`;
  };
}
