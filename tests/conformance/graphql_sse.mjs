// The client of npm's `graphql-sse` against Opora's event streams: `node graphql_sse.mjs host:port TOKEN`.
import assert from 'node:assert/strict';
import { createClient } from '../../web/node_modules/graphql-sse/lib/index.mjs';
import { ADD, assertCode, cases, EVENTS, newTicket, origin, readTexts, token, within, write } from './cases.mjs';

const url = `http://${origin}/graphql`;
const signedIn = { authorization: `Bearer ${token}` };

function client(options = {}) {
  return createClient({ url, headers: signedIn, retryAttempts: 0, ...options });
}

async function one(chosen, request) {
  const results = [];
  for await (const result of chosen.iterate(request)) results.push(result);
  assert.equal(results.length, 1);
  return results[0];
}

await cases({
  'a query': async () => {
    const { data } = await one(client(), { query: '{ me { email } }' });
    assert.match(data.me.email, /@/);
  },
  'a mutation': async () => {
    const { id } = await newTicket();
    const { data } = await one(client(), { query: ADD, variables: { id, text: 'by a stream' } });
    assert.ok(data.addMessage.id);
  },
  'the operation of a name': async () => {
    const query = 'query A { a: __typename } query B { b: __typename }';
    assert.deepEqual((await one(client(), { query, operationName: 'B' })).data, { b: 'Query' });
  },
  'a subscription, live': async () => {
    const { id, seq } = await newTicket();
    const events = client().iterate({ query: EVENTS, variables: { id, after: seq } });
    const reading = readTexts(events, 2);
    await write(id, 'first', 'second');
    assert.deepEqual((await reading).texts, ['first', 'second']);
    await events.return();
  },
  'a subscription goes on behind the last event after the stream was cut': async () => {
    const { id, seq } = await newTicket();
    const first = client();
    await write(id, 'before');
    const seen = await readTexts(first.iterate({ query: EVENTS, variables: { id, after: seq } }), 1);
    first.dispose();
    await write(id, 'meanwhile');
    const again = client().iterate({ query: EVENTS, variables: { id, after: seen.seq } });
    assert.deepEqual((await readTexts(again, 1)).texts, ['meanwhile']);
  },
  'a subscription that is given up ends': async () => {
    const events = client().iterate({ query: 'subscription { inboxEvents { seq } }' });
    const waiting = events.next();
    await events.return();
    assert.equal((await within(waiting)).done, true);
  },
  'errors of a document come as a result': async () => {
    const { data, errors } = await one(client(), { query: '{ nothing }' });
    assert.equal(data, undefined);
    assertCode(errors, 'GRAPHQL_VALIDATION_FAILED');
  },
  'errors of syntax come as a result': async () => {
    assertCode((await one(client(), { query: '{' })).errors, 'GRAPHQL_PARSE_FAILED');
  },
  'errors of variables come as a result': async () => {
    const { data, errors } = await one(client(), { query: EVENTS, variables: {} });
    assert.equal(data, undefined);
    assertCode(errors, 'GRAPHQL_VALIDATION_FAILED');
  },
  'an operation that the document does not have comes as a result': async () => {
    const { errors } = await one(client(), { query: 'query A { __typename }', operationName: 'B' });
    assertCode(errors, 'BAD_REQUEST');
  },
  'what a field refuses stands beside null': async () => {
    const { data, errors } = await one(client(), { query: '{ ticket(id: "9007199254740991") { id } }' });
    assert.deepEqual(data, { ticket: null });
    assertCode(errors, 'NOT_FOUND');
  },
  'a subscription that is refused says so': async () => {
    assertCode((await one(client(), { query: EVENTS, variables: { id: '9007199254740991' } })).errors, 'NOT_FOUND');
  },
  'who is not signed in hears so': async () => {
    const stranger = client({ headers: {} });
    assertCode((await one(stranger, { query: 'subscription { inboxEvents { seq } }' })).errors, 'UNAUTHORIZED');
  },
  'several streams at once': async () => {
    const shared = client();
    const asked = Array.from({ length: 10 }, () => one(shared, { query: '{ __typename }' }));
    for (const { data } of await Promise.all(asked)) assert.equal(data.__typename, 'Query');
  },
  'a malformed request is refused with its status': async () => {
    await assert.rejects(one(client(), { query: '' }), (error) => error.response?.status === 400);
  },
  'the server reconnects nobody in single connection mode': async () => {
    const single = client({ singleConnection: true });
    await assert.rejects(one(single, { query: '{ __typename }' }), (error) => error.response?.status === 405);
  },
});
