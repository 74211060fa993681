// Named cases, run one after the other: a line of JSON each, as audits.mjs prints them.
import assert from 'node:assert/strict';

export const [origin, token] = process.argv.slice(2);
export const EVENTS = `subscription Events($id: ID!, $after: BigInt) {
  ticketEvents(id: $id, after: $after) { __typename seq ... on MessageAdded { message { text author { id } } } }
}`;
export const ADD = 'mutation Add($id: ID!, $text: String!) { addMessage(ticketId: $id, input: { text: $text }) { id } }';
const CREATE = 'mutation { createTicket(input: { title: "Conformance", autoRespond: false }) { id lastSeq } }';
const PATIENCE_MS = 20_000;

export async function cases(all) {
  for (const [name, run] of Object.entries(all)) {
    const told = { name, ok: true, reason: null };
    try {
      await within(run());
    } catch (error) {
      Object.assign(told, { ok: false, reason: String(error?.stack ?? JSON.stringify(error)).slice(0, 600) });
    }
    console.log(JSON.stringify(told));
  }
  process.exit(0);
}

export function within(promise, milliseconds = PATIENCE_MS) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('nothing came')), milliseconds).unref());
  return Promise.race([promise, late]);
}

/** One operation over plain HTTP. */
export async function ask(query, variables) {
  const answer = await fetch(`http://${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined);
  return data;
}

export async function newTicket() {
  const { createTicket } = await ask(CREATE);
  return { id: createTicket.id, seq: createTicket.lastSeq };
}

/** The texts of messages of people among events, and the number of the last event. */
export async function readTexts(events, count) {
  const texts = [];
  let seq = null;
  while (texts.length < count) {
    const { value, done } = await within(events.next());
    assert.equal(done, false);
    assert.equal(value.errors, undefined);
    seq = value.data.ticketEvents.seq;
    // What the assistant says meanwhile has no author.
    if (value.data.ticketEvents.message?.author) texts.push(value.data.ticketEvents.message.text);
  }
  return { texts, seq };
}

export async function write(id, ...texts) {
  for (const text of texts) await ask(ADD, { id, text });
}

/** The shape with which an operation is refused before it runs, or a field is. */
export function assertCode(errors, code) {
  assert.equal(errors?.[0]?.extensions?.code, code);
}
