import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { authExchange } from "@urql/exchange-auth";
import { cacheExchange, type KeyingConfig } from "@urql/exchange-graphcache";
import { createClient } from "graphql-ws";
import { connection } from "./connection.ts";
import { refreshSession, session } from "./session.ts";

const socketAddress = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;
const LONGEST_PAUSE_MS = 10_000;
/** What has an `id` is kept once and updated everywhere; anything else is part of what holds it. */
const BY_ID: KeyingConfig = new Proxy({}, { get: () => (data: { id?: string }) => data.id ?? null });

function openSocket() {
  return createClient({
    url: socketAddress,
    lazy: true,
    keepAlive: 15_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    // The token may have run out (4403) while the machine slept: the next try presents a new one.
    shouldRetry: () => session.get() !== null,
    retryWait: async (retries) => {
      const pause = Math.min(LONGEST_PAUSE_MS, 250 * 2 ** retries);
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    },
    connectionParams: async () => {
      if (session.isStale()) await refreshSession();
      return { authorization: `Bearer ${session.get()?.accessToken ?? ""}` };
    },
    on: {
      connected: () => connection.set("live"),
      closed: (event) => connection.set((event as CloseEvent).code === 1000 ? "connecting" : "lost"),
    },
  });
}

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
      cacheExchange({ keys: BY_ID }),
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
