import { useQuery } from "urql";
import { useRights } from "../allowed.tsx";
import { graphql } from "../graphql.ts";

const BEGUN = graphql(`
  query Begun {
    assistants { id allowedDomains telegramBot { id } }
    knowledgeSources { id }
    operators { id }
  }
`);

interface Step {
  name: "knowledge" | "assistant" | "channel" | "people";
  to: string;
  done: boolean;
}

/** What a new company does first, and what of it is done; null for others, and when the assistant can be asked. */
export function useFirstSteps(): Step[] | null {
  const { can } = useRights();
  const [{ data }] = useQuery({ query: BEGUN, pause: !can("createAssistant"), requestPolicy: "cache-and-network" });
  if (!data?.assistants || !data.knowledgeSources) return null;
  const { assistants, knowledgeSources, operators } = data;
  const reached = assistants.some((each) => each.allowedDomains.length > 0 || each.telegramBot);
  if (reached && knowledgeSources.length > 0) return null;
  const only = assistants.length === 1 ? assistants[0] : undefined;
  return [
    { name: "knowledge", to: "/knowledge/files", done: knowledgeSources.length > 0 },
    { name: "assistant", to: "/assistants/new", done: assistants.length > 0 },
    { name: "channel", to: only ? `/assistants/${only.id}/channels` : "/assistants", done: reached },
    { name: "people", to: "/people", done: (operators?.length ?? 0) > 1 },
  ];
}
