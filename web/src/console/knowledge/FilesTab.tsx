import { Group, Stack } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Allowed } from "../allowed.tsx";
import { useLive } from "../live.ts";
import { apiLanguage } from "../parts/apiLanguage.ts";
import { FILE_PROGRESS } from "./documents.ts";
import { FileList } from "./FileList.tsx";
import { UploadArea } from "./UploadArea.tsx";
import { WhoseSelect } from "./WhoseSelect.tsx";
import { useWhose } from "./whose.ts";

/** Files on their way into the knowledge, and those that are there. */
export function FilesTab() {
  const { t, i18n } = useTranslation("knowledge");
  const language = apiLanguage(i18n.language);
  const [assistantId, setAssistantId] = useWhose();
  const [changes, setChanges] = useState(0);
  const reload = () => setChanges((count) => count + 1);
  useLive(FILE_PROGRESS, {
    variables: { after: null, language },
    // What progresses is in the cache already; a file that came, or ended, changes the list.
    onEvent: ({ documentProgress: step }) => step.status !== "PROCESSING" && reload(),
    onGap: reload,
  });
  return (
    <Stack>
      <Group>
        <WhoseSelect value={assistantId} onChange={setAssistantId} />
      </Group>
      <Allowed to="uploadDocument">
        <UploadArea assistantId={assistantId} onUploaded={reload} />
      </Allowed>
      <FileList key={assistantId ?? t("everybody")} assistantId={assistantId} changes={changes} onChanged={reload} />
    </Stack>
  );
}
