"use strict";

(() => {
  const query = document.getElementById("first-query").textContent;
  const copyButton = document.getElementById("copy");
  const copyStatus = document.getElementById("copy-status");
  const status = document.getElementById("status");
  const statusText = document.getElementById("status-text");
  const feedbackMs = 2000;
  const checkTimeoutMs = 8000;

  document.getElementById("open-query").href = `/graphql?query=${encodeURIComponent(query)}`;

  // navigator.clipboard exists only in secure contexts; the older way works on plain HTTP too.
  const copyText = async (text) => {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return;
    }
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) {
      throw new Error("The browser refused to copy");
    }
  };

  copyButton.addEventListener("click", async () => {
    const outcome = await copyText(query).then(() => "copied", () => "copy_failed");
    window.oporaSay(copyButton, outcome);
    window.oporaSay(copyStatus, outcome);
    setTimeout(() => window.oporaSay(copyButton, "copy"), feedbackMs);
  });

  const checkReadiness = async () => {
    const ready = await fetch("/ready", { signal: AbortSignal.timeout(checkTimeoutMs), cache: "no-store" })
      .then((response) => response.ok, () => false);
    status.dataset.state = ready ? "ready" : "failed";
    window.oporaSay(statusText, ready ? "status_ready" : "status_failed");
  };

  checkReadiness();
})();
