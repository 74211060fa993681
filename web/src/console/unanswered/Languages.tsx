import { Badge, Group } from "@mantine/core";
import { useLanguageName } from "../knowledge/language.ts";
import type { Group as AskedGroup } from "./documents.ts";

const CODES = { RUSSIAN: "ru", KAZAKH: "kk", ENGLISH: "en" } as const;

/** Languages by their codes, said in full to those who hear them. */
export function Languages({ of }: { of: readonly AskedGroup["language"][] }) {
  const name = useLanguageName();
  return (
    <Group gap={4} wrap="nowrap">
      {of.map((each) => (
        <Badge key={each} variant="default" title={name(CODES[each])}>
          {CODES[each]}
        </Badge>
      ))}
    </Group>
  );
}
