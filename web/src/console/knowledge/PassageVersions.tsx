import { Badge, Group, Paper, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { Time } from "../parts/Time.tsx";
import { VERSIONS } from "./documents.ts";
import { changes, type Piece } from "./wordChanges.ts";

/** Every version of a passage, each against the one before it. */
export function PassageVersions({ id }: { id: string }) {
  const { t } = useTranslation("knowledge");
  const [{ data, error, fetching }, again] = useQuery({
    query: VERSIONS,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const versions = data?.knowledgeChunkVersions;
  if (!versions && fetching) return <Loading rows={2} height={120} />;
  if (!versions) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  return (
    <Stack>
      {versions.map((each, place) => (
        <Paper key={each.id} withBorder p="md" component="article">
          <Group gap="xs" mb={6}>
            <Badge tt="none" variant={each.isCurrent ? "filled" : "default"}>
              {t("passage.version", { number: each.version })}
            </Badge>
            {each.isCurrent && <Text size="xs">{t("passage.is_current")}</Text>}
            <Text size="xs" c="dimmed">
              <Time at={each.createdAt} />
            </Text>
          </Group>
          {each.heading && (
            <Text fw={600} size="sm" mb={4}>
              {each.heading}
            </Text>
          )}
          <Changed pieces={changes(versions[place + 1]?.content, each.content)} />
        </Paper>
      ))}
    </Stack>
  );
}

/** What stayed, came and went. Marked by more than colour: what went is struck through, what came underlined. */
function Changed({ pieces }: { pieces: Piece[] }) {
  return (
    <Text size="sm" className="prose">
      {pieces.map((piece, place) => {
        const key = `${place}${piece.kind}`;
        if (piece.kind === "came") return <ins key={key}>{piece.text}</ins>;
        if (piece.kind === "went") return <del key={key}>{piece.text}</del>;
        return <span key={key}>{piece.text}</span>;
      })}
    </Text>
  );
}
