import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const HERE = import.meta.dirname;
const LANGUAGES = ["ru", "kk", "en"] as const;
const PLURAL = /_(zero|one|two|few|many|other)$/;
type Words = { [key: string]: string | Words };

function words(language: string, area: string): Words {
  return JSON.parse(readFileSync(join(HERE, language, area), "utf-8"));
}

function keys(texts: Words, prefix = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string" ? [prefix + key] : keys(value, `${prefix}${key}.`),
  );
}

const nouns = (all: string[]) => [...new Set(all.map((key) => key.replace(PLURAL, "")))].sort();
const areas = globSync("*.json", { cwd: join(HERE, "en") });

describe.each(areas)("%s", (area) => {
  const english = keys(words("en", area));

  it.each(LANGUAGES)("says everything in %s", (language) => {
    expect(nouns(keys(words(language, area)))).toEqual(nouns(english));
  });

  it.each(LANGUAGES)("has every plural form that %s needs", (language) => {
    const own = new Set(keys(words(language, area)));
    const counted = nouns(english.filter((key) => PLURAL.test(key)));
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const missing = counted.flatMap((key) => forms.map((form) => `${key}_${form}`)).filter((key) => !own.has(key));
    // Whole numbers never take the form of fractions in Russian.
    expect(missing.filter((key) => !(language === "ru" && key.endsWith("_other")))).toEqual([]);
  });

  it.each(LANGUAGES)("fills the same gaps in %s as in English", (language) => {
    const gaps = (texts: Words): Record<string, string[]> =>
      Object.fromEntries(
        keys(texts).map((key) => [
          key,
          [...lookup(texts, key).matchAll(/{{-?\s*(\w+)/g)].map(([, gap]) => gap ?? "").sort(),
        ]),
      );
    const there = gaps(words("en", area));
    const here = gaps(words(language, area));
    const both = Object.keys(here).filter((key) => key in there && !PLURAL.test(key));
    expect(Object.fromEntries(both.map((key) => [key, here[key]]))).toEqual(
      Object.fromEntries(both.map((key) => [key, there[key]])),
    );
  });
});

function lookup(texts: Words, key: string): string {
  return String(key.split(".").reduce<Words | string | undefined>((at, part) => (at as Words)?.[part], texts) ?? "");
}

describe("what screens say", () => {
  const sources = globSync("**/*.{ts,tsx}", { cwd: join(HERE, "..") }).filter((file) => !file.includes("texts"));
  const known = new Map(areas.map((area) => [area.replace(".json", ""), new Set(nouns(keys(words("en", area))))]));

  it.each(sources)("%s names texts that exist", (file) => {
    const text = readFileSync(join(HERE, "..", file), "utf-8");
    const spaces = [...text.matchAll(/useTranslation\(\s*\[?"([\w-]+)"/g)].map(([, name]) => name ?? "");
    const asked = [...text.matchAll(/\bt\("([\w-]+:)?([\w.-]+)"/g)];
    const missing = asked
      .filter(([, space, key]) => {
        const places = space ? [space.slice(0, -1)] : [...spaces, "shell"];
        const exists = (key: string) => places.some((place) => known.get(place)?.has(key));
        return key !== undefined && key !== "title" && !exists(key.replace(PLURAL, ""));
      })
      .map(([whole]) => whole);
    expect(missing).toEqual([]);
  });
});
