import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useClient, useMutation } from "urql";
import { PageHeader } from "../parts/PageHeader.tsx";
import { ASSISTANTS, CREATE } from "./documents.ts";
import { asInput, type Words, wordsOf } from "./fields.ts";
import { WordsForm } from "./WordsForm.tsx";

/** Words first; what it is reached by comes next, on its own screen. */
export function NewAssistant() {
  const { t } = useTranslation("assistants");
  const navigate = useNavigate();
  const client = useClient();
  const [, create] = useMutation(CREATE);
  const send = async (words: Words) => {
    const { data, error } = await create({ input: asInput(words) });
    if (data?.createAssistant) {
      await client.query(ASSISTANTS, {}, { requestPolicy: "network-only" });
      void navigate(`/assistants/${data.createAssistant.id}/channels`, { replace: true });
    }
    return error;
  };
  return (
    <>
      <PageHeader title={t("new")} text={t("new_text")} />
      <WordsForm initial={wordsOf()} submit={t("create")} onSubmit={send} />
    </>
  );
}
