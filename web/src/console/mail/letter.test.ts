// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { asPage, dress } from "./letter.ts";

const LETTER = `<html><head><style>p{}</style><base href="https://evil.example"></head><body style="color: red">
  <p style="margin: 4px" onclick="steal()">Hello. What style = yours?</p><img src="x" onerror="steal()"><script>steal()</script>
  <form action="https://evil.example"><input></form></body></html>`;

const opened = () => new DOMParser().parseFromString(asPage(LETTER), "text/html");

describe("an e-mail as a page", () => {
  it("keeps its words, also those about style", () => {
    expect(opened().body.textContent).toContain("What style = yours?");
    expect(asPage("<a".repeat(200_000))).toContain("<!doctype html>");
  });

  it("neither runs nor sends anything", () => {
    const page = opened();
    expect(page.querySelectorAll("script, base, form, [onclick], [onerror]")).toHaveLength(0);
    expect(page.body.textContent).not.toContain("steal");
  });

  it("loads nothing from anywhere, and keeps pictures that it carries", () => {
    const page = new DOMParser().parseFromString(
      asPage(`<body background="https://evil.example/1"><img src="https://evil.example/2" srcset="/3 2x">
        <video poster="/4"></video><svg><image href="/5" xlink:href="/6"/></svg><img id="own" src="data:image/png;base64,">`),
      "text/html",
    );
    expect(page.documentElement.outerHTML).not.toMatch(/evil|\/[1-6]/);
    expect(page.querySelector("#own")?.getAttribute("src")).toBe("data:image/png;base64,");
  });

  it("leads to addresses, never to what would run", () => {
    const page = new DOMParser().parseFromString(
      asPage(
        `<a href=" JavaScript:steal()">a</a><a href="data:text/html,b">b</a><a href="https://good.example/">c</a>`,
      ),
      "text/html",
    );
    expect([...page.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual([
      null,
      null,
      "https://good.example/",
    ]);
  });

  it("has no inline styles until it is dressed", () => {
    const page = opened();
    expect(page.querySelectorAll("[style], style, x-style")).toHaveLength(0);
    dress(page);
    expect(page.querySelector("p")?.style.margin).toBe("4px");
    expect(page.body.style.color).toBe("red");
  });
});
