import { Button, Drawer, Group, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useDebouncedValue, useInterval, useMediaQuery } from "@mantine/hooks";
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Route, Routes, useNavigate, useParams } from "react-router";
import { useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { PageHeader } from "../parts/PageHeader.tsx";
import { GROUPS, PAGE_SIZE, type Status } from "./documents.ts";
import { GroupDetail } from "./GroupDetail.tsx";
import { GroupTable } from "./GroupTable.tsx";

const STATUSES: Status[] = ["OPEN", "ANSWERED", "DISMISSED"];
const MOST = 100;
const LOOK_AGAIN_MS = 30_000;

/** What customers asked and the knowledge does not answer, the most asked first. */
export default function UnansweredScreen() {
  return (
    <Routes>
      <Route path=":id?" element={<Unanswered />} />
    </Routes>
  );
}

function Unanswered() {
  const { t } = useTranslation("unanswered");
  const [status, setStatus] = useState<Status>("OPEN");
  const [words, setWords] = useState("");
  const [search] = useDebouncedValue(words.trim(), 250);
  return (
    <Stack>
      <PageHeader title={t("title")} text={t("about")} />
      <Group>
        <SegmentedControl
          w={{ base: "100%", xs: "auto" }}
          aria-label={t("status")}
          value={status}
          onChange={(value) => setStatus(value as Status)}
          data={STATUSES.map((each) => ({ value: each, label: t(`statuses.${each}`) }))}
        />
        <TextInput
          flex={1}
          miw={200}
          maw={420}
          aria-label={t("search")}
          placeholder={t("search")}
          leftSection={<Search size={16} aria-hidden />}
          value={words}
          maxLength={200}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </Group>
      <Groups key={`${status}-${search}`} status={status} search={search} />
    </Stack>
  );
}

function Groups({ status, search }: { status: Status; search: string }) {
  const { t } = useTranslation("unanswered");
  const [limit, setLimit] = useState(PAGE_SIZE);
  const [{ data, error, fetching }, again] = useQuery({
    query: GROUPS,
    variables: { status, search: search || null, limit },
    requestPolicy: "cache-and-network",
  });
  const reload = () => again({ requestPolicy: "network-only" });
  const { start, stop } = useInterval(reload, LOOK_AGAIN_MS);
  useEffect(() => {
    start();
    return stop;
  }, [start, stop]);
  const page = data?.unansweredGroups;
  return (
    <>
      {!page && fetching && <Loading rows={6} height={52} />}
      {!page && !fetching && <ErrorState error={error} onRetry={reload} />}
      {page && <GroupTable page={page} status={status} search={search} onChanged={reload} />}
      {page && page.total > limit && limit < MOST && (
        <Button variant="default" onClick={() => setLimit((count) => Math.min(MOST, count + PAGE_SIZE))}>
          {t("shell:more")}
        </Button>
      )}
      <OpenGroup onChanged={reload} />
    </>
  );
}

/** The group that the address names, beside the list. */
function OpenGroup({ onChanged }: { onChanged: () => void }) {
  const { t } = useTranslation("unanswered");
  const { id } = useParams();
  const navigate = useNavigate();
  const phone = useMediaQuery("(max-width: 48em)");
  const close = () => navigate("/unanswered");
  return (
    <Drawer opened={id !== undefined} onClose={close} position="right" size={phone ? "100%" : "xl"} title={t("group")}>
      {id && (
        <GroupDetail
          key={id}
          id={id}
          onDone={() => {
            close();
            onChanged();
          }}
        />
      )}
    </Drawer>
  );
}
