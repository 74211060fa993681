import { Anchor, Badge, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useQuery } from "urql";
import { sourceAddress } from "../knowledge/sources.ts";
import { Loading } from "../parts/Loading.tsx";
import { NEAREST } from "./documents.ts";

const LONGEST = 4000;

/** What the knowledge has near the question: it may be there already, in other words. */
export function Nearest({ question, assistantId }: { question: string; assistantId: string | null }) {
  const { t, i18n } = useTranslation("unanswered");
  const [{ data, fetching }] = useQuery({
    query: NEAREST,
    variables: { query: question.slice(0, LONGEST), assistantId },
  });
  const found = data?.searchTrial?.found ?? [];
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 0 });
  return (
    <section aria-label={t("nearest")}>
      <Title order={3} size="h5" mb="xs">
        {t("nearest")}
      </Title>
      {fetching && <Loading rows={2} height={72} />}
      {!fetching && found.length === 0 && <Text size="sm">{t("nearest_none")}</Text>}
      <Stack gap="xs">
        {found.map((each) => (
          <Paper key={each.id} withBorder p="sm" component="article">
            <Group justify="space-between" wrap="nowrap" mb={4}>
              <Anchor component={Link} to={sourceAddress(each.source, null)} size="sm" truncate>
                {each.source}
              </Anchor>
              <Badge variant="default" className="figures" style={{ flexShrink: 0 }}>
                {percent.format(each.score)}
              </Badge>
            </Group>
            <Text size="sm" className="prose" lineClamp={3}>
              {each.heading ? `${each.heading}\n${each.content}` : each.content}
            </Text>
          </Paper>
        ))}
      </Stack>
    </section>
  );
}
