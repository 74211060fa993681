// The client of npm's `graphql-ws` against Opora's socket: `node graphql_ws.mjs host:port TOKEN`.
import assert from 'node:assert/strict';
import { createClient } from '../../web/node_modules/graphql-ws/dist/index.js';
import { ADD, assertCode, cases, EVENTS, newTicket, origin, readTexts, token, within, write } from './cases.mjs';

const url = `ws://${origin}/graphql`;
const signedIn = { authorization: `Bearer ${token}` };

function client(options = {}) {
  return createClient({ url, connectionParams: signedIn, retryAttempts: 0, onNonLazyError: () => {}, ...options });
}

async function one(chosen, request) {
  const results = [];
  for await (const result of chosen.iterate(request)) results.push(result);
  assert.equal(results.length, 1);
  return results[0];
}

/** The code with which the server closes a bare socket after the messages. */
function closed(messages, protocol = 'graphql-transport-ws') {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocol);
    socket.onerror = () => reject(new Error('no handshake'));
    socket.onopen = () => {
      for (const message of messages) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    };
    socket.onclose = (event) => resolve(event.code);
  });
}

const INIT = { type: 'connection_init' };
const INBOX = { query: 'subscription { inboxEvents { seq } }' };

await cases({
  'a query': async () => {
    const { data } = await one(client(), { query: '{ me { email } }' });
    assert.match(data.me.email, /@/);
  },
  'a mutation': async () => {
    const { id } = await newTicket();
    const { data } = await one(client(), { query: ADD, variables: { id, text: 'by the socket' } });
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
  'a subscription goes on behind the last event after the socket was cut': async () => {
    const { id, seq } = await newTicket();
    const first = client();
    await write(id, 'before');
    const seen = await readTexts(first.iterate({ query: EVENTS, variables: { id, after: seq } }), 1);
    first.terminate();
    await write(id, 'meanwhile');
    const again = client().iterate({ query: EVENTS, variables: { id, after: seen.seq } });
    assert.deepEqual((await readTexts(again, 1)).texts, ['meanwhile']);
  },
  'several operations share a socket': async () => {
    const shared = client({ lazy: false });
    const asked = Array.from({ length: 10 }, () => one(shared, { query: '{ __typename }' }));
    for (const { data } of await Promise.all(asked)) assert.equal(data.__typename, 'Query');
  },
  'an operation that is given up leaves the others': async () => {
    const shared = client({ lazy: false });
    const events = shared.iterate(INBOX);
    const waiting = events.next();
    await one(shared, { query: '{ __typename }' });
    await events.return();
    assert.equal((await within(waiting)).done, true);
    assert.equal((await one(shared, { query: '{ __typename }' })).data.__typename, 'Query');
  },
  'errors of a document are an error message': async () => {
    await assert.rejects(one(client(), { query: '{ nothing }' }), (errors) => {
      assertCode(errors, 'GRAPHQL_VALIDATION_FAILED');
      return true;
    });
  },
  'errors of variables are an error message': async () => {
    await assert.rejects(one(client(), { query: EVENTS, variables: {} }), (errors) => {
      assertCode(errors, 'GRAPHQL_VALIDATION_FAILED');
      return true;
    });
  },
  'errors of syntax are an error message': async () => {
    await assert.rejects(one(client(), { query: '{' }), (errors) => {
      assertCode(errors, 'GRAPHQL_PARSE_FAILED');
      return true;
    });
  },
  'an operation that the document does not have is an error message': async () => {
    await assert.rejects(one(client(), { query: 'query A { __typename }', operationName: 'B' }), (errors) => {
      assertCode(errors, 'BAD_REQUEST');
      return true;
    });
  },
  'what a field refuses stands beside null': async () => {
    const { data, errors } = await one(client(), { query: '{ ticket(id: "9007199254740991") { id } }' });
    assert.deepEqual(data, { ticket: null });
    assertCode(errors, 'NOT_FOUND');
  },
  'a subscription that is refused says so': async () => {
    const variables = { id: '9007199254740991' };
    const refused = one(client(), { query: EVENTS, variables }).then(({ errors }) => errors, (errors) => errors);
    assertCode(await refused, 'NOT_FOUND');
  },
  'pings are answered': async () => {
    let pongs = 0;
    const kept = client({ lazy: false, keepAlive: 30, on: { pong: () => (pongs += 1) } });
    while (pongs < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    await kept.dispose();
  },
  'a wrong token closes with 4403': async () => {
    const forged = client({ connectionParams: { authorization: 'Bearer forged' } });
    await assert.rejects(one(forged, { query: '{ __typename }' }), { code: 4403 });
  },
  'subscribing before the init closes with 4401': async () => {
    assert.equal(await closed([{ id: '1', type: 'subscribe', payload: INBOX }]), 4401);
  },
  'a second init closes with 4429': async () => {
    assert.equal(await closed([INIT, INIT]), 4429);
  },
  'an id that is in use closes with 4409': async () => {
    const subscribe = { id: '1', type: 'subscribe', payload: INBOX };
    const init = { ...INIT, payload: signedIn };
    assert.equal(await closed([init, subscribe, subscribe]), 4409);
  },
  'a message of no type that is known closes with 4400': async () => {
    assert.equal(await closed([INIT, { type: 'nonsense' }]), 4400);
  },
  'a message that is not JSON closes with 4400': async () => {
    assert.equal(await closed(['{']), 4400);
  },
  'an operation that is completed may be asked again by its id': async () => {
    const payload = { query: '{ __typename }' };
    const socket = new WebSocket(url, 'graphql-transport-ws');
    const heard = [];
    socket.onopen = () => socket.send(JSON.stringify(INIT));
    await new Promise((resolve) => {
      socket.onmessage = ({ data }) => {
        const message = JSON.parse(data);
        heard.push(message.type);
        if (['connection_ack', 'complete'].includes(message.type)) {
          if (heard.length > 5) resolve();
          else socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
        }
      };
    });
    assert.deepEqual(heard, ['connection_ack', 'next', 'complete', 'next', 'complete', 'next', 'complete']);
    socket.close();
  },
  'a socket of another protocol is closed with 4406': async () => {
    assert.equal(await closed([], 'graphql-ws').catch(() => 4406), 4406);
  },
});
