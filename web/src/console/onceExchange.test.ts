import { Client, fetchExchange, gql } from "@urql/core";
import { beforeEach, expect, test, vi } from "vitest";
import { onceExchange } from "./onceExchange.ts";

vi.mock("./session.ts", () => ({ session: { get: () => ({ accessToken: "a" }) } }));

const ADD = gql`mutation Add($text: String!) { addMessage(text: $text) { id } }`;
const TYPING = gql`mutation Typing { setTyping { id } }`;
const DONE = { data: { addMessage: { id: "1" } } };
const BUSY = { errors: [{ message: "busy", extensions: { code: "IDEMPOTENCY_REQUEST_IN_PROGRESS" } }] };
const REFUSED = { errors: [{ message: "no", extensions: { code: "VALIDATION_ERROR" } }] };

let keys: (string | null)[];
let answers: (object | "cut")[];
let client: Client;

async function answered(_: unknown, { headers }: RequestInit): Promise<Response> {
  keys.push(new Headers(headers).get("idempotency-key"));
  const answer = answers.shift() ?? DONE;
  if (answer === "cut") throw new TypeError("Failed to fetch");
  return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
}

beforeEach(() => {
  keys = [];
  client = new Client({
    url: "http://opora.test/graphql",
    preferGetMethod: false,
    fetch: answered as typeof fetch,
    exchanges: [onceExchange(), fetchExchange],
  });
});

async function said(texts: string[], told: (object | "cut")[]): Promise<(string | null)[]> {
  answers = told;
  for (const text of texts) await client.mutation(ADD, { text }).toPromise();
  return keys;
}

test.each<["cut" | object]>([["cut"], [BUSY]])(
  "what got no answer is tried again under its key: %j",
  async (answer) => {
    const [first, again, another] = await said(["a", "a", "a"], [answer]);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(again).toBe(first);
    expect(another).not.toBe(first);
  },
);

test("it is tried again as often as no answer comes", async () => {
  expect(new Set(await said(["a", "a", "a"], ["cut", "cut"])).size).toBe(1);
});

test.each([
  [["a", "a"], DONE],
  [["a", "a"], REFUSED],
  [["a", "b"], "cut"],
] as const)("another thing to do has another key: %j after %j", async (texts, answer) => {
  expect(new Set(await said([...texts], [answer])).size).toBe(2);
});

test("two at a time are two", async () => {
  answers = [];
  await Promise.all([1, 2].map(() => client.mutation(ADD, { text: "a" }).toPromise()));
  expect(new Set(keys).size).toBe(2);
});

test("what says only what is so now has none", async () => {
  answers = [];
  await client.mutation(TYPING, {}).toPromise();
  expect(keys).toEqual([null]);
});
