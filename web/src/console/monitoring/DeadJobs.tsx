import { Button, Code, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { CircleCheck, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { Allowed } from "../allowed.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { PagedList } from "../parts/PagedList.tsx";
import { Time } from "../parts/Time.tsx";
import { usePages } from "../parts/usePages.ts";
import { DEAD_JOBS, type DeadJob, RETRY } from "./documents.ts";

/** Work that failed too often: it stays until somebody lets it start anew. */
export function DeadJobs({ onChange }: { onChange: () => void }) {
  const { t } = useTranslation("monitoring");
  const pages = usePages(DEAD_JOBS, {}, (data) => data.deadJobs);
  const [, retry] = useMutation(RETRY);
  const complain = useErrorNotice();
  const [waiting, setWaiting] = useState<string | null>(null);
  const again = async (job: DeadJob) => {
    setWaiting(job.id);
    const { error } = await retry({ id: job.id });
    setWaiting(null);
    if (error) complain(error);
    else notifications.show({ color: "teal", message: t("jobs.retried", { task: job.task }) });
    pages.reload();
    onChange();
  };
  return (
    <PagedList
      pages={pages}
      empty={<EmptyState icon={CircleCheck} title={t("jobs.no_dead")} text={t("jobs.no_dead_text")} />}
    >
      {(rows) => (
        <Table.ScrollContainer
          minWidth={680}
          scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("jobs.dead") } }}
        >
          <Table highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("jobs.task")}</Table.Th>
                <Table.Th>{t("jobs.why")}</Table.Th>
                <Table.Th>{t("jobs.died")}</Table.Th>
                <Table.Th aria-label={t("jobs.retry")} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((job) => (
                <DeadJobRow key={job.id} job={job} waiting={waiting === job.id} onRetry={() => void again(job)} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </PagedList>
  );
}

function DeadJobRow({ job, waiting, onRetry }: { job: DeadJob; waiting: boolean; onRetry: () => void }) {
  const { t } = useTranslation("monitoring");
  return (
    <Table.Tr>
      <Table.Td>
        {job.task}
        <Text size="xs" c="dimmed">
          {t("jobs.number", { id: job.id, attempts: job.attempts })}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm" className="prose">
          {job.lastError}
        </Text>
        <Code>{JSON.stringify(job.args)}</Code>
      </Table.Td>
      <Table.Td>
        <Time at={job.finishedAt ?? job.createdAt} relative />
      </Table.Td>
      <Table.Td ta="right">
        <Allowed to="retryJob">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<RotateCcw size={14} aria-hidden />}
            onClick={onRetry}
            loading={waiting}
          >
            {t("jobs.retry")}
          </Button>
        </Allowed>
      </Table.Td>
    </Table.Tr>
  );
}
