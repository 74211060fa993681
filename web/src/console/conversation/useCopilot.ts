import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation, useQuery } from "urql";
import { useRights } from "../allowed.tsx";
import type { Enum } from "../graphql.ts";
import { useErrorNotice } from "../parts/errors.ts";
import { COPILOT, SHORTEN, SUGGEST, SUMMARISE, TRANSLATE } from "./copilotDocuments.ts";
import type { Citation } from "./documents.ts";
import { withoutMarkers } from "./markup.ts";

export type Language = Enum<"Language">;
export const SPOKEN: Record<string, Language> = { ru: "RUSSIAN", kk: "KAZAKH", en: "ENGLISH" };

interface Suggestion {
  text: string;
  sources: Citation[];
}

export interface Copilot {
  /** `absent`: no model is set; `hidden`: not for this person, or not known yet. */
  state: "ready" | "absent" | "hidden";
  busy: boolean;
  /** Each is null where it did not work, which has been said then. */
  suggest: () => Promise<Suggestion | null>;
  shorten: (text: string) => Promise<string | null>;
  translate: (text: string, language: Language) => Promise<string | null>;
  summarise: () => Promise<string | null>;
}

/** Whether there is a model to help; asked once. */
export function useCopilotState(): Copilot["state"] {
  const { can } = useRights();
  const [{ data }] = useQuery({ query: COPILOT, pause: !can("copilot") });
  if (!data?.copilot) return "hidden";
  return data.copilot.available ? "ready" : "absent";
}

/** What the model can do for whoever answers the conversation. */
export function useCopilot(id: string): Copilot {
  const { t, i18n } = useTranslation("conversation");
  const state = useCopilotState();
  const [busy, setBusy] = useState(false);
  const failed = useErrorNotice();
  const [, suggest] = useMutation(SUGGEST);
  const [, shorten] = useMutation(SHORTEN);
  const [, translate] = useMutation(TRANSLATE);
  const [, summarise] = useMutation(SUMMARISE);
  const language = SPOKEN[i18n.language] ?? "ENGLISH";

  const asking = async <Data>(asked: Promise<{ data?: Data; error?: Error }>): Promise<Data | null> => {
    setBusy(true);
    const { data, error } = await asked.finally(() => setBusy(false));
    if (error) failed(error);
    return data ?? null;
  };

  return {
    state,
    busy,
    suggest: async () => {
      const answer = (await asking(suggest({ id })))?.suggestReply;
      if (!answer) return null;
      if (answer.needsEscalation) {
        notifications.show({ color: "yellow", message: t("copilot.no_ground") });
        return null;
      }
      const sources = answer.cited.map((each) => ({ ...each, chunkId: each.id, quote: each.content }));
      return { text: withoutMarkers(answer.content), sources };
    },
    shorten: async (text) => (await asking(shorten({ text })))?.shortenText?.text ?? null,
    translate: async (text, to) => (await asking(translate({ text, language: to })))?.translateText?.text ?? null,
    summarise: async () => (await asking(summarise({ id, language })))?.summariseConversation?.text ?? null,
  };
}
