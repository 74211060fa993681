import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { RefreshCw, ScrollText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Enum } from "../graphql.ts";
import { EmptyState } from "../parts/EmptyState.tsx";
import { PagedList } from "../parts/PagedList.tsx";
import { usePages } from "../parts/usePages.ts";
import { LOGS } from "./documents.ts";
import { LogTable } from "./LogTable.tsx";

type Level = Enum<"LogLevel">;
const LEVELS: Level[] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];
const TYPING_MS = 400;

/** Lines of the log about the company, newest first. */
export function Logs() {
  const { t } = useTranslation("monitoring");
  const [level, setLevel] = useState<Level | null>(null);
  const [source, setSource] = useState("");
  const [settled] = useDebouncedValue(source.trim(), TYPING_MS);
  const pages = usePages(LOGS, { filter: { level, source: settled || null } }, (data) => data.logs);
  return (
    <>
      <Group mb="sm" gap="sm" align="flex-end">
        <Select
          label={t("logs.level")}
          placeholder={t("logs.any_level")}
          clearable
          value={level}
          onChange={(value) => setLevel(value as Level | null)}
          data={LEVELS.map((each) => ({ value: each, label: t(`levels.${each}`) }))}
          w={200}
        />
        <TextInput
          label={t("logs.source")}
          placeholder="services.mail"
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
          w={240}
        />
        <Button
          variant="default"
          leftSection={<RefreshCw size={16} aria-hidden />}
          onClick={pages.reload}
          loading={pages.fetching}
        >
          {t("refresh")}
        </Button>
      </Group>
      <PagedList
        pages={pages}
        empty={<EmptyState icon={ScrollText} title={t("logs.empty")} text={t("logs.empty_text")} />}
      >
        {(rows) => <LogTable lines={rows} onSource={setSource} />}
      </PagedList>
    </>
  );
}
