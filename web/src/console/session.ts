import { useSyncExternalStore } from "react";

/** What signing in gives; `expiresAt` is in milliseconds since 1970. */
export interface Session {
  accessToken: string;
  refreshToken: string | null;
  expiresAt: number;
}

interface TokenPair {
  accessToken: string;
  refreshToken: string | null;
  expiresIn: number;
}

const KEY = "opora.session";
const EARLY_MS = 30_000;
const listeners = new Set<() => void>();
let current: Session | null = read();

function read(): Session | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return typeof kept?.accessToken === "string" ? kept : null;
  } catch {
    // A hand-edited or foreign value is no session.
    return null;
  }
}

function changed(): void {
  for (const listener of listeners) listener();
}

// Signing in or out in one tab is signing in or out in all of them.
window.addEventListener("storage", (event) => {
  if (event.key === KEY || event.key === null) {
    current = read();
    changed();
  }
});

export const session = {
  get: (): Session | null => current,
  open(pair: TokenPair): void {
    current = {
      accessToken: pair.accessToken,
      refreshToken: pair.refreshToken,
      expiresAt: Date.now() + pair.expiresIn * 1000,
    };
    localStorage.setItem(KEY, JSON.stringify(current));
    changed();
  },
  close(): void {
    current = null;
    localStorage.removeItem(KEY);
    changed();
  },
  isStale: (): boolean => current !== null && Date.now() > current.expiresAt - EARLY_MS,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

const REFRESH =
  "mutation Refresh($token: String!) { refresh(refreshToken: $token) { accessToken refreshToken expiresIn } }";

/** Run where no other tab does, as far as the browser can promise that: pages without TLS have no locks. */
function alone<T>(run: () => Promise<T>): Promise<T> {
  return navigator.locks ? navigator.locks.request(KEY, run) : run();
}

/**
 * Change the refresh token for a new pair; true where there is a session afterwards. One tab does it for all: a refresh
 * token that is presented twice ends the session.
 */
export async function refreshSession(): Promise<boolean> {
  const before = current;
  return alone(async () => {
    current = read();
    if (current !== null && current.accessToken !== before?.accessToken && !session.isStale()) return true;
    if (!current?.refreshToken) {
      session.close();
      return false;
    }
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query: REFRESH, variables: { token: current.refreshToken } }),
    });
    const { data, errors } = await response.json();
    if (data?.refresh) {
      session.open(data.refresh);
      return true;
    }
    const code = errors?.[0]?.extensions?.code;
    // A server that is away or busy has not said that the session is over.
    if (response.status < 500 && code !== "RATE_LIMIT_EXCEEDED" && code !== "SERVICE_UNAVAILABLE") session.close();
    return current !== null;
  });
}

export function useSession(): Session | null {
  return useSyncExternalStore(session.subscribe, session.get);
}
