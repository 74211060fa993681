import { useQuery } from "urql";
import { ASSISTANTS } from "./documents.ts";

export function useAssistants() {
  const [{ data, error, fetching }, again] = useQuery({ query: ASSISTANTS, requestPolicy: "cache-and-network" });
  return { assistants: data?.assistants, error, fetching, read: () => again({ requestPolicy: "network-only" }) };
}
