"use strict";

// Chooses the language of a page: what the visitor chose before, else what the browser prefers, else English.
(() => {
  const storageKey = "opora.language";
  const texts = window.oporaTexts;

  // Storage may be forbidden by the browser's settings; the choice then lasts as long as the page.
  const remembered = () => {
    try {
      return localStorage.getItem(storageKey);
    } catch {
      return null;
    }
  };
  const remember = (language) => {
    try {
      localStorage.setItem(storageKey, language);
    } catch {
      return;
    }
  };

  const preferred = () => {
    const wanted = [remembered(), ...(navigator.languages ?? [navigator.language])];
    return wanted.map((tag) => (tag ?? "").slice(0, 2).toLowerCase()).find((tag) => tag in texts) ?? "en";
  };

  const show = (language) => {
    document.documentElement.lang = language;
    for (const element of document.querySelectorAll("[data-text]")) {
      element.textContent = texts[language][element.dataset.text];
    }
    for (const element of document.querySelectorAll("[data-label]")) {
      element.setAttribute("aria-label", texts[language][element.dataset.label]);
    }
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
  };

  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      remember(button.dataset.language);
      show(button.dataset.language);
    });
  }

  // Other scripts say which text an element shows by its key, so that it follows a change of language.
  window.oporaSay = (element, key) => {
    element.dataset.text = key;
    element.textContent = texts[document.documentElement.lang][key];
  };

  show(preferred());
})();
