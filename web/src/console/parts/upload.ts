import { type AnyVariables, CombinedError, type DocumentInput, stringifyDocument } from "@urql/core";
import { refreshSession, session } from "../session.ts";

/**
 * Send a file with the mutation `document`, whose variable `file` it becomes, by the GraphQL multipart request
 * specification. `onProgress` hears the share that has left, 0 to 1. Rejects with a CombinedError, as urql gives them;
 * an aborted `signal` rejects with its reason.
 */
export async function uploadFile<Data, Variables extends AnyVariables>(
  document: DocumentInput<Data, Variables>,
  variables: Omit<NonNullable<Variables>, "file">,
  file: File,
  onProgress: (share: number) => void = () => {},
  signal?: AbortSignal,
): Promise<Data> {
  // `fetch` tells nobody how much of a body has left; XMLHttpRequest does.
  if (session.isStale()) await refreshSession();
  const body = multipart(stringifyDocument(document), variables, file);
  const { data, errors } = await send(body, onProgress, signal);
  if (errors?.length) throw new CombinedError({ graphQLErrors: errors });
  return data as Data;
}

interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
}

function multipart(query: string, variables: object, file: File): FormData {
  const body = new FormData();
  body.append("operations", JSON.stringify({ query, variables: { ...variables, file: null } }));
  body.append("map", JSON.stringify({ 0: ["variables.file"] }));
  body.append("0", file);
  return body;
}

function send(body: FormData, onProgress: (share: number) => void, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    const lost = () => reject(new CombinedError({ networkError: new Error(`HTTP ${request.status}`) }));
    request.open("POST", "/graphql");
    request.setRequestHeader("accept", "application/graphql-response+json, application/json");
    const token = session.get()?.accessToken;
    if (token) request.setRequestHeader("authorization", `Bearer ${token}`);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      try {
        resolve(JSON.parse(request.responseText));
      } catch {
        // A proxy that refuses a body answers in HTML.
        lost();
      }
    };
    request.onerror = lost;
    request.onabort = () => reject(signal?.reason);
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
