import { Button, Stack } from "@mantine/core";
import { ArrowDown } from "lucide-react";
import { memo, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { Bubble } from "./Bubble.tsx";
import { DraftBubble } from "./DraftBubble.tsx";
import type { Citation } from "./documents.ts";
import type { Draft } from "./draft.ts";
import { continues, type Entry } from "./entries.ts";

interface ThreadProps {
  entries: Entry[];
  complete: boolean;
  error?: Error;
  onRetry: () => void;
  draft: Draft | null;
  /** Whether the reader answers here: the customer's words then stand on the other side. */
  staff: boolean;
  names: Record<Entry["authorKind"], string>;
  onCite: (citation: Citation) => void;
  toolsOf?: (entry: Entry) => ReactNode;
  /** Shown where nobody has said anything. */
  empty: ReactNode;
}

const NEAR_END_PX = 80;

/** The messages of a conversation, at its end until the reader scrolls up. */
export function Thread(props: ThreadProps) {
  const { entries, complete, error, draft, staff, names, onCite, toolsOf } = props;
  const { t } = useTranslation("conversation");
  const { box, atEnd, toEnd, scrolled } = useEnd(`${entries.length} ${draft?.text} ${complete}`);
  return (
    <div style={{ position: "relative", flex: 1, minHeight: 0, display: "flex" }}>
      <div
        className="cv-thread"
        ref={box}
        onScroll={scrolled}
        role="log"
        aria-label={t("messages")}
        aria-busy={!complete}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
        tabIndex={0}
      >
        <div>
          {error && <ErrorState error={error} onRetry={props.onRetry} />}
          {!complete && !error && entries.length === 0 && <Loading rows={4} height={64} />}
          {complete && entries.length === 0 && !draft && props.empty}
          <Entries entries={entries} staff={staff} names={names} onCite={onCite} toolsOf={toolsOf} />
          {draft && <DraftBubble draft={draft} name={names.ASSISTANT} own={staff} />}
        </div>
      </div>
      {!atEnd && <ToEnd onClick={toEnd} />}
    </div>
  );
}

type EntriesProps = Pick<ThreadProps, "entries" | "staff" | "names" | "onCite" | "toolsOf">;

/** Apart from the draft, which changes many times a second while these stay. */
const Entries = memo(function Entries({ entries, staff, names, onCite, toolsOf }: EntriesProps) {
  return entries.map((entry, place) => (
    <Bubble
      key={entry.id}
      entry={entry}
      own={entry.authorKind !== "SYSTEM" && (entry.authorKind === "CUSTOMER") !== staff}
      continued={continues(entries[place - 1], entry)}
      names={names}
      onCite={onCite}
      tools={toolsOf?.(entry)}
    />
  ));
});

/** Keeps the end in view as what is shown (`content`) or its room changes, unless the reader has scrolled up. */
function useEnd(content: string) {
  const [atEnd, setAtEnd] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  const stays = useRef(true);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new at the end is followed
  useLayoutEffect(() => {
    if (stays.current) toEnd();
  }, [content]);
  useEffect(() => {
    const watching = new ResizeObserver(() => {
      if (stays.current) box.current?.scrollTo({ top: box.current.scrollHeight });
    });
    // The words grow too, when a picture among them arrives.
    const grows = [box.current, box.current?.firstElementChild];
    for (const element of grows) if (element) watching.observe(element);
    return () => watching.disconnect();
  }, []);
  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current as HTMLDivElement;
    stays.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    setAtEnd(stays.current);
  };
  return { box, atEnd, toEnd, scrolled };
}

function ToEnd({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation("conversation");
  return (
    <Stack pos="absolute" bottom={8} left={0} right={0} align="center" style={{ pointerEvents: "none" }}>
      <Button
        size="compact-sm"
        radius="xl"
        variant="default"
        leftSection={<ArrowDown size={14} aria-hidden />}
        onClick={onClick}
        style={{ pointerEvents: "auto" }}
      >
        {t("to_end")}
      </Button>
    </Stack>
  );
}
