/** A sign-in by the company's provider that this tab began: kept while the browser is there. */
export interface Attempt {
  browserKey: string;
  company: string;
  /** The address in the console to open afterwards. */
  returnTo: string;
}

const ATTEMPT = "opora.sign-in";
const COMPANY = "opora.company";
const LONGEST_REASON = 300;

export function keepAttempt(attempt: Attempt): void {
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
}

export function readAttempt(): Attempt | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(ATTEMPT) ?? "null");
    return typeof kept?.browserKey === "string" ? kept : null;
  } catch {
    // Not written by us: no attempt.
    return null;
  }
}

export function endAttempt(): void {
  sessionStorage.removeItem(ATTEMPT);
}

/** What the provider sent the browser back with; a refusal has its reason instead of a code. */
export type Answer =
  | { kind: "code"; code: string; state: string; issuer: string | null }
  | { kind: "refused"; reason: string };

export function readAnswer(search: string): Answer {
  const given = new URLSearchParams(search);
  const code = given.get("code");
  const state = given.get("state");
  if (code && state) return { kind: "code", code, state, issuer: given.get("iss") };
  const reason = given.get("error_description") ?? given.get("error") ?? "—";
  return { kind: "refused", reason: reason.slice(0, LONGEST_REASON) };
}

/** The company by the link that was followed, else the one that was used here last. */
export function knownCompany(search: string): { name: string; linked: boolean } {
  const linked = new URLSearchParams(search).get("company");
  return { name: linked ?? localStorage.getItem(COMPANY) ?? "", linked: linked !== null };
}

export function rememberCompany(name: string): void {
  localStorage.setItem(COMPANY, name);
}
