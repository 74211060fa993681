import { Badge, Button, Group, Paper, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Time } from "../parts/Time.tsx";
import type { Passage } from "./documents.ts";
import { EntryModal } from "./EntryModal.tsx";
import { useLanguageName } from "./language.ts";
import { PassageVersions } from "./PassageVersions.tsx";

/** One passage as it is searched and cited. */
export function PassageCard({ passage }: { passage: Passage }) {
  const { t } = useTranslation("knowledge");
  const [opened, history] = useDisclosure();
  const versions = passage.version > 1 || !passage.isCurrent;
  return (
    <Paper withBorder p="md" component="article">
      <Group justify="space-between" mb={6} gap="xs">
        <Group gap="xs">
          <Badge variant="default" tt="none" className="figures">
            {t("passage.version", { number: passage.version })}
          </Badge>
          <LanguageBadge code={passage.language} />
          <Text size="xs" c="dimmed">
            <Time at={passage.createdAt} />
          </Text>
        </Group>
        {versions && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<History size={14} aria-hidden />}
            onClick={history.open}
          >
            {t("passage.versions")}
          </Button>
        )}
      </Group>
      {passage.heading && (
        <Text fw={600} size="sm" mb={4} style={{ overflowWrap: "anywhere" }}>
          {passage.heading}
        </Text>
      )}
      <Text size="sm" className="prose" lineClamp={12}>
        {passage.content}
      </Text>
      <EntryModal title={t("passage.versions")} opened={opened} onClose={history.close}>
        <PassageVersions id={passage.id} />
      </EntryModal>
    </Paper>
  );
}

/** A language by its own name in the reader's language. */
export function LanguageBadge({ code }: { code: string }) {
  const name = useLanguageName();
  return (
    <Badge variant="default" tt="none">
      {name(code)}
    </Badge>
  );
}
