"use strict";

// A chat with the demo's assistant by the same widget that other sites use; without a demo the page does without.
(() => {
  const demo = document.getElementById("demo");
  const chat = document.getElementById("chat");

  const siteToken = async () => {
    const response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({
        query: "query($origin: String!) { demoSiteToken(origin: $origin) }",
        variables: { origin: location.origin },
      }),
    });
    return (await response.json()).data?.demoSiteToken ?? null;
  };

  const withoutDemo = () => {
    demo.remove();
    document.querySelector(".hero").classList.add("alone");
  };

  const begin = (token) => {
    if (token === null) {
      withoutDemo();
      return;
    }
    const script = document.createElement("script");
    script.src = "/widget.js";
    script.async = true;
    Object.assign(script.dataset, { siteToken: token, inline: "#chat" });
    script.addEventListener("load", () => chat.querySelector(".chat-wait").remove());
    script.addEventListener("error", withoutDemo);
    document.head.append(script);
  };

  demo.addEventListener("click", ({ target }) => {
    if (target instanceof HTMLButtonElement) {
      window.OporaWidget?.ask(target.textContent);
    }
  });

  siteToken().then(begin, withoutDemo);
})();
