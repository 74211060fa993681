import { Grid, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { Coffee } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { ContextDrawer } from "./ContextDrawer.tsx";
import { Duration } from "./Duration.tsx";
import type { Operator } from "./documents.ts";
import { InWorkPanel } from "./InWorkPanel.tsx";
import { OperatorsPanel } from "./OperatorsPanel.tsx";
import { useDialogsInWork, useOperators, useQueue, useQueueMoves } from "./useQueue.ts";
import { useTake } from "./useTake.ts";
import { WaitingRow } from "./WaitingRow.tsx";

/** Who waits for a person, who has whom, and who is there. */
export default function QueueScreen() {
  const { t } = useTranslation("queue");
  const { queue, error, read } = useQueue();
  const { operators, read: readOperators } = useOperators();
  const { page, read: readInWork } = useDialogsInWork();
  useQueueMoves(() => {
    readOperators();
    readInWork();
  });
  return (
    <>
      <PageHeader title={t("title")} text={t("about")} />
      {error && !queue && <ErrorState error={error} onRetry={read} />}
      <Figures total={queue?.total} expected={queue?.estimatedWaitSeconds} operators={operators} />
      <Grid gap="lg" mt="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <WaitingList />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="lg">
            <InWorkPanel page={page} />
            <OperatorsPanel operators={operators} />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function WaitingList() {
  const { t } = useTranslation("queue");
  const { queue, error, read } = useQueue();
  const { taking, take } = useTake(read);
  const [open, setOpen] = useState<string | null>(null);
  if (!queue) return error ? null : <Loading rows={5} height={104} />;
  const hidden = queue.total - queue.waiting.length;
  return (
    <section aria-label={t("waiting")}>
      {queue.waiting.length === 0 && <EmptyState icon={Coffee} title={t("empty")} text={t("empty_text")} />}
      <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: "none" }}>
        {queue.waiting.map((row) => (
          <WaitingRow
            key={row.handoffId}
            row={row}
            taking={taking === row.dialogId}
            onTake={() => void take(row.dialogId)}
            onLook={() => setOpen(row.handoffId)}
          />
        ))}
      </Stack>
      {hidden > 0 && (
        <Text size="sm" mt="sm">
          {t("hidden", { count: hidden })}
        </Text>
      )}
      <ContextDrawer
        row={queue.waiting.find((row) => row.handoffId === open) ?? null}
        taking={taking !== null}
        onTake={(dialogId) => void take(dialogId)}
        onClose={() => setOpen(null)}
        onMove={read}
      />
    </section>
  );
}

interface FiguresProps {
  total?: number;
  expected?: number;
  operators?: Operator[] | null;
}

function Figures({ total, expected, operators }: FiguresProps) {
  const { t } = useTranslation("queue");
  const there = operators?.filter((each) => each.online && each.status === "AVAILABLE");
  const free = there?.reduce((sum, each) => sum + Math.max(0, each.maxCapacity - each.load), 0);
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} spacing="sm">
      <Figure label={t("figures.waiting")}>{total ?? "–"}</Figure>
      <Figure label={t("figures.expected")}>{expected === undefined ? "–" : <Duration seconds={expected} />}</Figure>
      <Figure label={t("figures.operators")}>{there?.length ?? "–"}</Figure>
      <Figure label={t("figures.free")}>{free ?? "–"}</Figure>
    </SimpleGrid>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Paper withBorder p="sm">
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text size="xl" fw={700} className="figures">
        {children}
      </Text>
    </Paper>
  );
}
