"use strict";

Redoc.init(
  "/openapi.json",
  { nonce: window.__webpack_nonce__, hideDownloadButton: false, expandResponses: "200,201" },
  document.getElementById("redoc"),
);
