import { useForm } from "@mantine/form";
import { useState } from "react";
import { useMutation } from "urql";
import { fieldOf } from "../parts/errors.ts";
import { CREATE_TOKEN, type Token, UPDATE_TOKEN } from "./documents.ts";

/** An empty number field holds an empty text; to the server that is no limit. */
const limit = (value: number | string) => (value === "" ? null : Number(value));

/** The form of a token, a new one where `token` is null. The secret leaves the form only where one was typed. */
export function useTokenForm(token: Token | null, onSaved: () => void) {
  const [, create] = useMutation(CREATE_TOKEN);
  const [, update] = useMutation(UPDATE_TOKEN);
  const [error, setError] = useState<Error>();
  const form = useForm({
    initialValues: {
      name: token?.name ?? "",
      token: "",
      baseUrl: token?.baseUrl ?? "",
      modelAccess: token?.modelAccess ?? [],
      dailyLimit: (token?.dailyLimit ?? "") as number | string,
      monthlyLimit: (token?.monthlyLimit ?? "") as number | string,
      priority: (token?.priority ?? 100) as number | string,
      notes: token?.notes ?? "",
      isActive: token?.isActive ?? true,
    },
  });
  const submit = form.onSubmit(async ({ token: secret, ...values }) => {
    setError(undefined);
    const input = {
      ...values,
      baseUrl: values.baseUrl || null,
      dailyLimit: limit(values.dailyLimit),
      monthlyLimit: limit(values.monthlyLimit),
      priority: Number(values.priority),
    };
    const result = token
      ? await update({ id: token.id, input: secret ? { ...input, token: secret } : input })
      : await create({ input: { ...input, token: secret } });
    if (!result.error) return onSaved();
    const field = fieldOf(result.error);
    if (field && field in form.values) form.setFieldError(field, result.error.graphQLErrors[0]?.message);
    else setError(result.error);
  });
  return { form, submit, error };
}
