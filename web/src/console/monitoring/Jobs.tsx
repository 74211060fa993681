import { Stack, Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Backlog } from "./Backlog.tsx";
import { DeadJobs } from "./DeadJobs.tsx";

/** What is left to do in the background, and what ran out of attempts. */
export function Jobs() {
  const { t } = useTranslation("monitoring");
  const [changes, setChanges] = useState(0);
  return (
    <Stack gap="lg">
      <section aria-labelledby="backlog">
        <Title order={2} size="h5" id="backlog" mb="xs">
          {t("jobs.backlog")}
        </Title>
        <Backlog changes={changes} />
      </section>
      <section aria-labelledby="dead">
        <Title order={2} size="h5" id="dead" mb="xs">
          {t("jobs.dead")}
        </Title>
        <DeadJobs onChange={() => setChanges((count) => count + 1)} />
      </section>
    </Stack>
  );
}
