import { ScrollArea, Tabs } from "@mantine/core";
import type { LucideIcon } from "lucide-react";
import { useEffect, useRef } from "react";

interface TabStripProps {
  tabs: { value: string; label: string; icon?: LucideIcon }[];
  open: string;
  label: string;
}

/** The names of tabs in one line: on a phone it scrolls sideways, and the open one is always in sight. */
export function TabStrip({ tabs, open, label }: TabStripProps) {
  const strip = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another open tab is what moves the strip
  useEffect(() => {
    const viewport = strip.current;
    const tab = viewport?.querySelector<HTMLElement>("[role=tab][aria-selected=true]");
    // Not by scrollIntoView, which would move the page as well.
    if (viewport && tab) viewport.scrollLeft = tab.offsetLeft - (viewport.clientWidth - tab.offsetWidth) / 2;
  }, [open]);
  return (
    <ScrollArea type="never" mb="md" viewportRef={strip}>
      <Tabs.List aria-label={label} style={{ flexWrap: "nowrap", minWidth: "max-content" }}>
        {tabs.map(({ value, label: words, icon: Icon }) => (
          <Tabs.Tab
            key={value}
            value={value}
            leftSection={Icon && <Icon size={16} aria-hidden />}
            style={{ flexShrink: 0, whiteSpace: "nowrap" }}
          >
            {words}
          </Tabs.Tab>
        ))}
      </Tabs.List>
    </ScrollArea>
  );
}
