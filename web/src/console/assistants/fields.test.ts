import { expect, test } from "vitest";
import { asInput, domainsOf, wordsOf } from "./fields.ts";

test("a pasted address becomes its host", () => {
  expect(domainsOf("https://Shop.Example:8443/basket?x=1")).toEqual(["shop.example"]);
});

test("several domains are parted, none is taken twice", () => {
  expect(domainsOf("a.example, *.b.example\na.example;  localhost ")).toEqual([
    "a.example",
    "*.b.example",
    "localhost",
  ]);
});

test("no model of its own is null to the server", () => {
  expect(asInput({ ...wordsOf(), name: " Opora ", aiModel: " " })).toMatchObject({ name: "Opora", aiModel: null });
});
