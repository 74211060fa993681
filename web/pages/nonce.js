"use strict";

// Libraries that write <style> elements at run time must give them the nonce of this response. Some ask for it under
// this name; for those that do not ask, every new style element gets it.
(() => {
  const { nonce } = document.currentScript;
  window.__webpack_nonce__ = nonce;

  const createElement = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const element = createElement(name, options);
    if (element instanceof HTMLStyleElement) {
      element.nonce = nonce;
    }
    return element;
  };
})();
