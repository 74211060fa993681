import { Alert, Badge, Divider, Drawer, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { codeOf } from "../parts/errors.ts";
import { Loading } from "../parts/Loading.tsx";
import { type Citation, PASSAGE } from "./documents.ts";

/** The passage that an answer cites, as it was then, and whether it has changed since. */
export function PassageDrawer({ citation, onClose }: { citation: Citation | null; onClose: () => void }) {
  const { t } = useTranslation("conversation");
  return (
    <Drawer opened={citation !== null} onClose={onClose} position="right" title={t("passage")}>
      {citation && <Passage citation={citation} />}
    </Drawer>
  );
}

function Passage({ citation }: { citation: Citation }) {
  const { t, i18n } = useTranslation("conversation");
  const [{ data, error, fetching }, again] = useQuery({
    query: PASSAGE,
    variables: { chunkId: citation.chunkId ?? "", version: citation.version },
    pause: citation.chunkId === null,
  });
  const found = data?.citedPassage;
  const deleted = citation.chunkId === null || codeOf(error) === "NOT_FOUND";
  if (fetching && !found) return <Loading rows={3} height={80} />;
  if (error && !deleted) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent" }).format(citation.score);
  return (
    <Stack gap="sm">
      <Text fw={600}>{citation.source}</Text>
      <Group gap="xs">
        <Badge variant="default" tt="none">
          {t("version", { number: citation.version })}
        </Badge>
        <Badge variant="default" tt="none">
          {t("fits", { percent })}
        </Badge>
      </Group>
      {found?.cited.heading && <Text size="sm">{found.cited.heading}</Text>}
      <Text component="blockquote" m={0} className="prose" data-testid="passage">
        {found?.cited.content ?? citation.quote}
      </Text>
      {deleted && <Alert color="yellow">{t("passage_deleted")}</Alert>}
      {found && found.current === null && <Alert color="yellow">{t("passage_retired")}</Alert>}
      {found?.current && found.current.version !== citation.version && (
        <>
          <Divider label={t("passage_now", { number: found.current.version })} />
          <Text className="prose">{found.current.content}</Text>
        </>
      )}
    </Stack>
  );
}
