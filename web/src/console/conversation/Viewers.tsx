import { Avatar, Tooltip } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRights } from "../allowed.tsx";
import { useLive } from "../live.ts";
import { VIEWERS } from "./documents.ts";

interface Viewer {
  id: string;
  fullName: string;
}

/** The colleagues who look at the conversation now; looking, one is seen. */
export function Viewers({ id }: { id: string }) {
  const { can } = useRights();
  return can("viewers") ? <ViewersOf key={id} id={id} /> : null;
}

function ViewersOf({ id }: { id: string }) {
  const { t } = useTranslation("conversation");
  const [people, setPeople] = useState<Viewer[]>([]);
  useLive(VIEWERS, { variables: { id }, onEvent: (data) => setPeople(data.viewers.people) });
  const names = people.map((each) => each.fullName).join(", ");
  return (
    <div role="status">
      {people.length > 0 && (
        <Tooltip label={t("also_here", { names })}>
          <Avatar.Group spacing={8} aria-label={t("also_here", { names })} role="img">
            {people.slice(0, 3).map((each) => (
              <Avatar key={each.id} size={28} name={each.fullName} color="initials" />
            ))}
            {people.length > 3 && <Avatar size={28}>+{people.length - 3}</Avatar>}
          </Avatar.Group>
        </Tooltip>
      )}
    </div>
  );
}
