// The client of npm's `graphql-ws` against Opora's socket: `node graphql_ws.mjs host:port TOKEN`.
import assert from 'node:assert/strict';
import { createClient } from '../../web/node_modules/graphql-ws/dist/index.js';
import { assertCode, cases, EVENTS, origin, token, within } from './cases.mjs';
import { one, sharedCases, tenAtOnce } from './shared_cases.mjs';

const url = `ws://${origin}/graphql`;
const signedIn = { authorization: `Bearer ${token}` };

function client(options = {}) {
  return createClient({ url, connectionParams: signedIn, retryAttempts: 0, onNonLazyError: () => {}, ...options });
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
  ...sharedCases(client, (client) => client.terminate()),
  'several operations share a socket': () => tenAtOnce(client({ lazy: false })),
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
