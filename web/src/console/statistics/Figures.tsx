import { SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { StatTile } from "../parts/StatTile.tsx";
import { useFormat } from "../parts/useFormat.ts";
import type { Statistics, Volume } from "./documents.ts";
import { change } from "./period.ts";

type Counts = Pick<Volume, "total" | "byAssistant" | "resolvedByAssistant">;
const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
const answered = (total: Counts) => share(total.byAssistant, total.total);
const resolved = (total: Counts) => share(total.resolvedByAssistant, total.total);
const called = (escalations: { tickets: number; dialogs: number }[]) =>
  escalations.reduce((sum, each) => sum + each.tickets + each.dialogs, 0);
const seconds = (hours: number | null | undefined) => (hours === null || hours === undefined ? null : hours * 3600);

/** The report's six figures, and how each changed since the period before. */
export function Figures({ data, withTickets }: { data: Statistics; withTickets: boolean }) {
  const { t } = useTranslation("statistics");
  const { number, percent, duration } = useFormat();
  const { now, before, tickets, ticketsBefore } = data;
  if (!now || !before) return null;
  const [wait, waited] = [now.firstResponse.medianS, before.firstResponse.medianS];
  const [took, taken] = [seconds(tickets?.resolution.medianHours), seconds(ticketsBefore?.resolution.medianHours)];
  return (
    <SimpleGrid cols={{ base: 2, md: 3, xl: 6 }} spacing="sm">
      <StatTile
        label={t("figures.total")}
        value={number(now.total.total)}
        note={<Change now={now.total.total} before={before.total.total} />}
      />
      <StatTile
        label={t("figures.first_response")}
        value={duration(wait)}
        note={<Change now={wait} before={waited} better="less" />}
      />
      {withTickets && (
        <StatTile
          label={t("figures.resolution")}
          value={duration(took)}
          note={<Change now={took} before={taken} better="less" />}
        />
      )}
      <StatTile
        label={t("figures.by_assistant")}
        value={percent(answered(now.total))}
        note={<Change now={answered(now.total)} before={answered(before.total)} better="more" points />}
      />
      <StatTile
        label={t("figures.resolved_by_assistant")}
        value={percent(resolved(now.total))}
        note={<Change now={resolved(now.total)} before={resolved(before.total)} better="more" points />}
      />
      <StatTile
        label={t("figures.escalations")}
        value={number(called(now.escalations))}
        note={<Change now={called(now.escalations)} before={called(before.escalations)} better="less" />}
      />
    </SimpleGrid>
  );
}

interface ChangeProps {
  now: number | null;
  before: number | null;
  /** Which way is good; absent: neither. */
  better?: "more" | "less";
  /** Shares are compared by their difference, in points. */
  points?: boolean;
}

function Change({ now, before, better, points = false }: ChangeProps) {
  const { t } = useTranslation("statistics");
  const { percent, number } = useFormat();
  const difference = points ? (now === null || before === null ? null : now - before) : change(now, before);
  if (difference === null) {
    return (
      <Text span size="sm" c="dimmed">
        {t("change.nothing")}
      </Text>
    );
  }
  const rose = Math.round(difference * 100);
  const good = better !== undefined && rose !== 0 && rose > 0 === (better === "more");
  const size = points
    ? t("change.points", { count: Math.abs(rose), shown: number(Math.abs(rose)) })
    : percent(Math.abs(difference));
  const words = rose === 0 ? t("change.same") : t(rose > 0 ? "change.more" : "change.less", { size });
  return (
    <Text span size="sm" c={good ? "opora" : "dimmed"} className="figures">
      {words}
    </Text>
  );
}
