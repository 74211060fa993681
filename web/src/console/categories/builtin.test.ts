import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { iconOf, keepsName, NAMES } from "./builtin.ts";

const SEED = readFileSync(join(import.meta.dirname, "../../../../services/categories.toml"), "utf-8");
const section = (key: string) => SEED.split(`[${key}]`)[1]?.split("[")[0] ?? "";
const value = (key: string, name: string) => new RegExp(`^${name} = "(.*)"$`, "m").exec(section(key))?.[1];

it.each(Object.keys(NAMES))("knows %s by the names and the sign that the server gives it", (key) => {
  expect(["ru", "kk", "en"].map((language) => value(key, language))).toEqual(NAMES[key]);
  expect(iconOf({ key, icon: value(key, "icon") ?? "" })).not.toBeNull();
});

it("knows every category of the beginning", () => {
  expect([...SEED.matchAll(/^\[(\w+)]$/gm)].map(([, key]) => key)).toEqual(Object.keys(NAMES));
});

it("leaves a name alone that the company has given", () => {
  expect(keepsName({ key: "other", name: "Разное" })).toBe(false);
  expect(keepsName({ key: null, name: "Other" })).toBe(false);
});
