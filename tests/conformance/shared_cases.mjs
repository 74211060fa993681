// What npm's clients of GraphQL do alike, by a socket or an event stream.
import assert from 'node:assert/strict';
import { ADD, assertCode, EVENTS, newTicket, readTexts, write } from './cases.mjs';

/** The only result of an operation. */
export async function one(chosen, request) {
  const results = [];
  for await (const result of chosen.iterate(request)) results.push(result);
  assert.equal(results.length, 1);
  return results[0];
}

/** Ten operations of one client at the same time. */
export async function tenAtOnce(shared) {
  const asked = Array.from({ length: 10 }, () => one(shared, { query: '{ __typename }' }));
  for (const { data } of await Promise.all(asked)) assert.equal(data.__typename, 'Query');
}

/** The cases of a kind of clients: `connect` makes one of somebody who is signed in, `cut` cuts its connection. */
export function sharedCases(connect, cut) {
  return {
    'a query': async () => {
      const { data } = await one(connect(), { query: '{ me { email } }' });
      assert.match(data.me.email, /@/);
    },
    'a mutation': async () => {
      const { id } = await newTicket();
      const { data } = await one(connect(), { query: ADD, variables: { id, text: 'by a client' } });
      assert.ok(data.addMessage.id);
    },
    'the operation of a name': async () => {
      const query = 'query A { a: __typename } query B { b: __typename }';
      assert.deepEqual((await one(connect(), { query, operationName: 'B' })).data, { b: 'Query' });
    },
    'a subscription, live': async () => {
      const { id, seq } = await newTicket();
      const events = connect().iterate({ query: EVENTS, variables: { id, after: seq } });
      const reading = readTexts(events, 2);
      await write(id, 'first', 'second');
      assert.deepEqual((await reading).texts, ['first', 'second']);
      await events.return();
    },
    'a subscription goes on behind the last event after it was cut': async () => {
      const { id, seq } = await newTicket();
      const first = connect();
      await write(id, 'before');
      const seen = await readTexts(first.iterate({ query: EVENTS, variables: { id, after: seq } }), 1);
      await cut(first);
      await write(id, 'meanwhile');
      const again = connect().iterate({ query: EVENTS, variables: { id, after: seen.seq } });
      assert.deepEqual((await readTexts(again, 1)).texts, ['meanwhile']);
    },
    'what a field refuses stands beside null': async () => {
      const { data, errors } = await one(connect(), { query: '{ ticket(id: "9007199254740991") { id } }' });
      assert.deepEqual(data, { ticket: null });
      assertCode(errors, 'NOT_FOUND');
    },
  };
}
