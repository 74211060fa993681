"use strict";

(() => {
  const endpoint = new URL(location.pathname, location.origin);
  const socket = new URL(endpoint);
  socket.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const asked = new URLSearchParams(location.search);
  const firstQuery = `# Welcome to Opora.
#
#   Ctrl-Enter    run
#   Ctrl-Space    complete
#
# Most fields want a token. Put it into "Headers":
#   {"Authorization": "Bearer <token>"}
# Subscriptions send it too, in connection_init.

${document.getElementById("first-query").content.textContent.trim()}
`;

  const fetcher = GraphiQL.createFetcher({ url: endpoint.href, subscriptionUrl: socket.href });

  // Header names know no case, the keys of connection_init do: whoever types "authorization" means the same.
  const canonical = (headers) => Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      name.toLowerCase() === "authorization" ? "Authorization" : name,
      value,
    ]),
  );
  const authorizedFetcher = (params, options) => fetcher(params, { ...options, headers: canonical(options?.headers) });

  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(GraphiQL, {
      fetcher: authorizedFetcher,
      defaultQuery: firstQuery,
      query: asked.get("query") ?? undefined,
      variables: asked.get("variables") ?? undefined,
      operationName: asked.get("operationName") ?? undefined,
      defaultEditorToolsVisibility: "headers",
      inputValueDeprecation: true,
    }),
  );
})();
