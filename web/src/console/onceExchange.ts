import { type CombinedError, makeOperation, mapExchange, type Operation } from "@urql/core";
import { Kind } from "graphql";
import { newId } from "./parts/newId.ts";
import { session } from "./session.ts";

const SAME_MS = 10 * 60_000;
/** They come often, say what is so now, and may be heard twice. */
const FLEETING = /typing|heartbeat/i;
const HEADER = "idempotency-key";

/**
 * Gives mutations an `Idempotency-Key`. One that is tried again because no answer came has the key of the first attempt,
 * and is carried out once: see docs/idempotency.md. Any answer ends that; the same words are another thing to do then.
 */
export function onceExchange() {
  const unanswered = new Map<number, { key: string; at: number }>();
  return mapExchange({
    onOperation(operation) {
      if (operation.kind !== "mutation" || !session.get() || FLEETING.test(nameOf(operation))) return;
      const tried = unanswered.get(operation.key);
      unanswered.delete(operation.key);
      return withKey(operation, tried && Date.now() - tried.at < SAME_MS ? tried.key : newId());
    },
    onResult({ operation, error }) {
      const key = keyOf(operation);
      if (key && error && isOpen(error)) unanswered.set(operation.key, { key, at: Date.now() });
    },
  });
}

/** Nobody knows whether it was carried out, or it is being carried out. */
function isOpen({ networkError, graphQLErrors }: CombinedError): boolean {
  return Boolean(networkError) || graphQLErrors[0]?.extensions?.code === "IDEMPOTENCY_REQUEST_IN_PROGRESS";
}

function nameOf({ query }: Operation): string {
  const [definition] = query.definitions;
  const [field] = definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
  return field?.kind === Kind.FIELD ? field.name.value : "";
}

function withKey(operation: Operation, key: string): Operation {
  const { fetchOptions } = operation.context;
  const options = typeof fetchOptions === "function" ? fetchOptions() : fetchOptions;
  return makeOperation(operation.kind, operation, {
    ...operation.context,
    fetchOptions: { ...options, headers: { ...options?.headers, [HEADER]: key } },
  });
}

function keyOf({ context: { fetchOptions } }: Operation): string | undefined {
  return typeof fetchOptions === "object" ? (fetchOptions.headers as Record<string, string>)?.[HEADER] : undefined;
}
