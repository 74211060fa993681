import { type Client, createClient } from "graphql-ws";
import { connection } from "./connection.ts";
import { refreshSession, session } from "./session.ts";

const LONGEST_PAUSE_MS = 10_000;
const PING_MS = 15_000;
const PATIENCE_MS = 8_000;

const address = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/graphql`;

/** Until the pause is over, or the machine has a network again. */
function pauseOrOnline(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      resolve();
    };
    const timer = setTimeout(go, ms);
    window.addEventListener("online", go);
  });
}

/** The connection for live updates: made again, as long as somebody is signed in, whenever it is lost. */
export function openSocket(): Client {
  let unanswered: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url: address,
    lazy: true,
    keepAlive: PING_MS,
    connectionAckWaitTimeout: PATIENCE_MS,
    retryAttempts: Number.POSITIVE_INFINITY,
    // The token may have run out (4403) while the machine slept: the next try presents a new one.
    shouldRetry: () => session.get() !== null,
    retryWait: (retries) => pauseOrOnline(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** retries) * (0.5 + Math.random() / 2)),
    connectionParams: async () => {
      if (session.isStale()) await refreshSession();
      return { authorization: `Bearer ${session.get()?.accessToken ?? ""}` };
    },
    on: {
      connected: () => connection.set("live"),
      closed: (event) => {
        clearTimeout(unanswered);
        connection.set((event as CloseEvent).code === 1000 ? "connecting" : "lost");
      },
      // A line that went silent is closed by nobody: without an answer to a ping it is given up.
      ping: (received) => {
        if (received) return;
        clearTimeout(unanswered);
        unanswered = setTimeout(() => client.terminate(), PATIENCE_MS);
      },
      message: () => clearTimeout(unanswered),
    },
  });
  return client;
}
