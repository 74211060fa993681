import { SimpleGrid, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Time } from "../parts/Time.tsx";
import type { Person } from "./documents.ts";

/** What is known of somebody, beside what can be changed. */
export function PersonFacts({ person }: { person: Person }) {
  const { t } = useTranslation("people");
  const telegram = person.telegramUsername && `@${person.telegramUsername}`;
  return (
    <SimpleGrid component="dl" cols={2} m={0} spacing="md" verticalSpacing="sm">
      <Fact label={t("email")}>{person.email}</Fact>
      <Fact label={t("username")}>{person.username}</Fact>
      <Fact label={t("telegram")}>{telegram}</Fact>
      <Fact label={t("tickets")}>{person.ticketsCount}</Fact>
      <Fact label={t("since")}>
        <Time at={person.createdAt} />
      </Fact>
      <Fact label={t("last_activity")}>{person.lastActivity && <Time at={person.lastActivity} relative />}</Fact>
    </SimpleGrid>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  if (children === null || children === undefined || children === "") return null;
  return (
    <div>
      <Text component="dt" size="xs" c="dimmed">
        {label}
      </Text>
      <Text component="dd" m={0} size="sm" style={{ overflowWrap: "anywhere" }}>
        {children}
      </Text>
    </div>
  );
}
