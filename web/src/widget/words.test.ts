import { describe, expect, it } from "vitest";
import { pieces } from "./richText.ts";
import { inkOn } from "./settings.ts";
import { translator } from "./texts.ts";

describe("a message's pieces", () => {
  it("are addresses of the web without the punctuation behind, and strong words", () => {
    expect(pieces("See https://a.example/b?c=1, **now**.")).toEqual([
      { kind: "text", text: "See ", at: 0 },
      { kind: "link", text: "https://a.example/b?c=1", at: 4 },
      { kind: "text", text: ", ", at: 27 },
      { kind: "strong", text: "now", at: 29 },
      { kind: "text", text: ".", at: 36 },
    ]);
  });

  it("hold no other address, and lose nothing", () => {
    const text = "javascript:alert(1) <b>x</b> ** **";
    expect(pieces(text).map(({ kind }) => kind)).not.toContain("link");
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });

  it("are found in time that grows with the message, whatever stands in it", () => {
    expect(pieces(`https://a.kz/${")".repeat(500_000)}x **${"* ".repeat(100_000)}`).length).toBeGreaterThan(0);
  });
});

it("counts in each language as it is spoken", () => {
  const counted = (language: "ru" | "kk" | "en") => [1, 2, 5].map((n) => translator(language)("unread", { n }));
  expect(counted("ru")).toEqual(["1 новое сообщение", "2 новых сообщения", "5 новых сообщений"]);
  expect(counted("en")).toEqual(["1 new message", "2 new messages", "5 new messages"]);
  expect(counted("kk")[0]).toBe("1 жаңа хабарлама");
});

it("writes on the site's colour in what reads better", () => {
  expect([inkOn("#0f766e"), inkOn("#ffd400")]).toEqual(["#ffffff", "#0b1513"]);
});
