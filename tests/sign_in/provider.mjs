// A real OpenID Connect provider, npm `oidc-provider`: node provider.mjs PORT REDIRECT_URI PEOPLE. Whoever's redirect URI
// begins with REDIRECT_URI is its client, as if each company had registered its own. Its sign-in form takes any password; the file PEOPLE holds the claims of each login, as they are now. Its keys are new at every start.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const { default: Provider } = await import(
  new URL("../../web/node_modules/oidc-provider/lib/index.js", import.meta.url)
);
const [port, redirect, people] = process.argv.slice(2);
const client = (client_id, token_endpoint_auth_method) => ({
  client_id,
  ...(token_endpoint_auth_method === "none" ? {} : { client_secret: `secret-of-${client_id}` }),
  redirect_uris: [redirect],
  grant_types: ["authorization_code"],
  response_types: ["code"],
  token_endpoint_auth_method,
});
const key = (type, options, alg) => {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), alg, use: "sig" };
};
const told = (login) => JSON.parse(readFileSync(people, "utf-8"))[login];

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    client("basic", "client_secret_basic"),
    { ...client("post", "client_secret_post"), id_token_signed_response_alg: "ES256" },
    client("public", "none"),
  ],
  jwks: { keys: [key("rsa", { modulusLength: 2048 }, "RS256"), key("ec", { namedCurve: "P-256" }, "ES256")] },
  cookies: { keys: [randomUUID()] },
  claims: {
    openid: ["sub"],
    email: ["email", "email_verified"],
    profile: ["name", "given_name", "family_name", "groups", "realm_access"],
  },
  pkce: { required: () => true },
  findAccount: (_, login) => ({ accountId: login, claims: () => ({ ...told(login), sub: login }) }),
  ttl: { Session: 600, Grant: 600, Interaction: 600, AccessToken: 600, IdToken: 600 },
});
provider.Client.prototype.redirectUriAllowed = (uri) => uri.startsWith(redirect);
provider.listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
