// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { shortcutOf } from "./shortcuts.ts";

const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, target: null };

describe("shortcuts", () => {
  it("count letters by their place, whatever the layout", () => {
    expect(shortcutOf({ ...none, key: "о", code: "KeyJ" })).toBe("next");
    expect(shortcutOf({ ...none, key: "j", code: "KeyJ" })).toBe("next");
  });

  it("know the question mark wherever it is typed", () => {
    expect(shortcutOf({ ...none, key: "?", code: "Digit7", shiftKey: true })).toBe("help");
    expect(shortcutOf({ ...none, key: ",", code: "Slash", shiftKey: true })).toBe("help");
  });

  it("leave the browser's and the fields' keys alone", () => {
    const field = document.createElement("input");
    const box = Object.assign(document.createElement("input"), { type: "checkbox" });
    expect(shortcutOf({ ...none, key: "c", code: "KeyC", ctrlKey: true })).toBeNull();
    expect(shortcutOf({ ...none, key: "x", code: "KeyX", target: field })).toBeNull();
    expect(shortcutOf({ ...none, key: "x", code: "KeyX", target: box })).toBe("select");
  });
});
