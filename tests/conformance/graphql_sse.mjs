// The client of npm's `graphql-sse` against Opora's event streams: `node graphql_sse.mjs host:port TOKEN`.
import assert from 'node:assert/strict';
import { createClient } from '../../web/node_modules/graphql-sse/lib/index.mjs';
import { assertCode, cases, EVENTS, origin, token, within } from './cases.mjs';
import { one, sharedCases, tenAtOnce } from './shared_cases.mjs';

const url = `http://${origin}/graphql`;
const signedIn = { authorization: `Bearer ${token}` };

function client(options = {}) {
  return createClient({ url, headers: signedIn, retryAttempts: 0, ...options });
}

await cases({
  ...sharedCases(client, (client) => client.dispose()),
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
  'a subscription that is refused says so': async () => {
    assertCode((await one(client(), { query: EVENTS, variables: { id: '9007199254740991' } })).errors, 'NOT_FOUND');
  },
  'who is not signed in hears so': async () => {
    const stranger = client({ headers: {} });
    assertCode((await one(stranger, { query: 'subscription { inboxEvents { seq } }' })).errors, 'UNAUTHORIZED');
  },
  'several streams at once': () => tenAtOnce(client()),
  'a malformed request is refused with its status': async () => {
    await assert.rejects(one(client(), { query: '' }), (error) => error.response?.status === 400);
  },
  'the server reconnects nobody in single connection mode': async () => {
    const single = client({ singleConnection: true });
    await assert.rejects(one(single, { query: '{ __typename }' }), (error) => error.response?.status === 405);
  },
});
