import type { DocumentInput } from "@urql/core";
import { useMutation } from "urql";
import { useErrorNotice } from "../parts/errors.ts";

/** Deletes a row by the document's `$id`, says why where that fails, and lets the list be read anew. */
export function useRemoval<Data>(document: DocumentInput<Data, { id: string }>, onChanged: () => void) {
  const notice = useErrorNotice();
  const [, remove] = useMutation(document);
  return async (id: string) => {
    const { error } = await remove({ id });
    if (error) notice(error);
    onChanged();
  };
}
