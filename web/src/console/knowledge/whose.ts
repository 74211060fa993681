import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useQuery } from "urql";
import { ASSISTANTS } from "./documents.ts";

/** Whose knowledge is shown: an assistant's own, null for what all of them know. It stands in the address. */
export function useWhose(): [string | null, (assistantId: string | null) => void] {
  const [address, setAddress] = useSearchParams();
  return [
    address.get("assistant"),
    (assistantId) => setAddress(assistantId === null ? {} : { assistant: assistantId }, { replace: true }),
  ];
}

/** The assistants to choose from, and what anybody's knowledge is called. */
export function useAssistants() {
  const { t } = useTranslation("knowledge");
  const [{ data }] = useQuery({ query: ASSISTANTS });
  const assistants = data?.assistants ?? [];
  return {
    assistants,
    nameOf: (id: string | null) =>
      id === null ? t("everybody") : (assistants.find((each) => each.id === id)?.name ?? t("assistant")),
  };
}
