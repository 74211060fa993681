// The audits of GraphQL over HTTP by their own package: `node audits.mjs http://host:port/graphql`. A line of JSON each.
import { auditServer } from '../../web/node_modules/graphql-http/lib/index.mjs';

for (const result of await auditServer({ url: process.argv[2] })) {
  const told = { name: `${result.id} ${result.name}`, ok: result.status === 'ok', reason: result.reason ?? null };
  console.log(JSON.stringify(told));
}
