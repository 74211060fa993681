import { Anchor, Badge, Group, Paper, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Time } from "../parts/Time.tsx";
import type { Asked } from "./documents.ts";
import { Languages } from "./Languages.tsx";

/** The questions of a group in customers' own words, each with the conversation that it was asked in. */
export function AskedList({ asked, total }: { asked: Asked[]; total: number }) {
  const { t } = useTranslation("unanswered");
  return (
    <Stack gap="xs">
      {asked.map((each) => (
        <Paper key={each.id} withBorder p="sm" component="article">
          <Text size="sm" className="prose" lineClamp={6}>
            {each.text}
          </Text>
          <Group gap="xs" mt={6}>
            <Languages of={[each.language]} />
            <Badge variant="light" tt="none">
              {t(`reasons.${each.reason}`)}
            </Badge>
            <Text size="xs" c="dimmed">
              <Time at={each.askedAt} />
            </Text>
            <Conversation asked={each} />
          </Group>
        </Paper>
      ))}
      {total > asked.length && (
        <Text size="xs" c="dimmed">
          {t("latest", { count: asked.length })}
        </Text>
      )}
    </Stack>
  );
}

function Conversation({ asked }: { asked: Asked }) {
  const { t } = useTranslation("unanswered");
  const place = asked.dialogId ? `dialogs/${asked.dialogId}` : `tickets/${asked.ticketId}`;
  return (
    <Anchor component={Link} to={`/inbox/${place}`} size="xs">
      {t(`origins.${asked.origin}`)}
    </Anchor>
  );
}
