import type { TadaDocumentNode } from "gql.tada";

const PATIENCE_MS = 20_000;

/** The server answered, and said no. `again` is in seconds, where it says when to come back. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly again = 0,
  ) {
    super(code);
  }
}

/** No answer came: nobody knows whether the request was heard. */
export class Unreachable extends Error {}

export interface Answer<Result> {
  data?: Result | null;
  errors?: { extensions?: { code?: string; seq?: number } }[];
}

export function checked<Result>({ data, errors }: Answer<Result>, again = 0): Result {
  if (errors?.length || !data) throw new Refusal(errors?.[0]?.extensions?.code ?? "INTERNAL_ERROR", again);
  return data;
}

export type Names = () => Record<string, string>;

export class Api {
  /** `names` are the headers that say who asks. */
  constructor(
    readonly origin: string,
    private readonly names: Names,
  ) {}

  /** Raises Refusal, Unreachable. */
  async ask<Result, Variables>(document: TadaDocumentNode<Result, Variables>, variables: Variables): Promise<Result> {
    const response = await fetch(`${this.origin}/graphql`, {
      method: "POST",
      credentials: "omit",
      headers: { "content-type": "application/json", accept: "application/json", ...this.names() },
      body: JSON.stringify({ query: document, variables }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch(() => {
      throw new Unreachable();
    });
    const answer = await response.json().catch(() => {
      throw new Unreachable();
    });
    return checked<Result>(answer, Number(response.headers.get("retry-after")));
  }

  /** By the GraphQL multipart request specification; `onProgress` hears per cent. Raises Refusal, Unreachable. */
  upload<Result, Variables>(
    document: TadaDocumentNode<Result, Variables>,
    file: File,
    onProgress: (percent: number) => void,
    signal: AbortSignal,
  ): Promise<Result> {
    const body = new FormData();
    body.set("operations", JSON.stringify({ query: document, variables: { file: null } }));
    body.set("map", '{"0":["variables.file"]}');
    body.set("0", file);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `${this.origin}/graphql`);
      for (const [name, value] of Object.entries(this.names())) request.setRequestHeader(name, value);
      request.responseType = "json";
      request.upload.onprogress = ({ loaded, total }) => onProgress(Math.round((100 * loaded) / total));
      request.onerror = () => reject(new Unreachable());
      request.onload = () => {
        try {
          resolve(checked<Result>(request.response ?? {}));
        } catch (error) {
          reject(error);
        }
      };
      signal.onabort = () => request.abort();
      request.send(body);
    });
  }
}
