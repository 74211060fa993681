import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { authExchange } from "@urql/exchange-auth";
import { type CacheExchangeOpts, cacheExchange, type KeyingConfig } from "@urql/exchange-graphcache";
import { onceExchange } from "./onceExchange.ts";
import { refreshSession, session } from "./session.ts";
import { openSocket } from "./socket.ts";

/** What has an `id` is kept once and updated everywhere; anything else is part of what holds it. */
const BY_ID: KeyingConfig = new Proxy({}, { get: () => (data: { id?: string }) => data.id ?? null });
/**
 * In development the cache warns of fragments that an event's type does not fit, for it knows no schema. Nothing is lost
 * by that: such fragments stand in subscriptions alone, and a field that it does not look at stays in their results.
 */
const logger: CacheExchangeOpts["logger"] = (severity, message) => {
  // biome-ignore lint/suspicious/noConsole: where the cache itself would say it
  if (severity !== "debug" && !/Heuristic Fragment|Inline Fragment/.test(message)) console[severity](message);
};

/** After a reconnection a subscription goes on behind the last event that it saw: see `after` in the schema. */
function rememberPlace(variables: Record<string, unknown>, data: unknown): void {
  for (const event of Object.values((data as Record<string, unknown>) ?? {})) {
    const seq = (event as { seq?: unknown } | null)?.seq;
    if (typeof seq === "number") variables.after = seq;
  }
}

const signedOut = (codes: unknown[]) => codes.some((code) => code === "UNAUTHORIZED" || code === "TOKEN_EXPIRED");

/** A client of one session. It is made anew when another person signs in, so that nothing is shown twice. */
export function createApiClient(): { client: Client; close: () => void } {
  const socket = openSocket();
  const client = new Client({
    url: "/graphql",
    preferGetMethod: false,
    fetchOptions: { headers: { accept: "application/graphql-response+json, application/json" } },
    exchanges: [
      cacheExchange({ keys: BY_ID, logger }),
      onceExchange(),
      authExchange(async (utilities) => ({
        addAuthToOperation: (operation) => {
          const token = session.get()?.accessToken;
          return token ? utilities.appendHeaders(operation, { authorization: `Bearer ${token}` }) : operation;
        },
        willAuthError: () => session.isStale(),
        didAuthError: (error) => signedOut(error.graphQLErrors.map((each) => each.extensions?.code)),
        refreshAuth: async () => {
          await refreshSession();
        },
      })),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription(request) {
          const variables = { ...request.variables } as Record<string, unknown>;
          const resumes = /\$after\b/.test(request.query ?? "");
          return {
            subscribe: (sink) => ({
              unsubscribe: socket.subscribe(
                { query: request.query ?? "", variables },
                {
                  ...sink,
                  next(result) {
                    if (resumes) rememberPlace(variables, result.data);
                    sink.next(result as Parameters<typeof sink.next>[0]);
                  },
                },
              ),
            }),
          };
        },
      }),
    ],
  });
  return { client, close: () => void socket.dispose() };
}
