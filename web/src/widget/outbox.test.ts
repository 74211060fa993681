// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import { Api } from "./http.ts";
import { Memory } from "./memory.ts";
import { Outbox } from "./outbox.ts";

type Sent = { text: string; clientId: string };
let answers: (() => Response | Promise<Response>)[];
let heard: Sent[];

const stored = () => Response.json({ data: { sendDialogMessage: null } });
const refused = (code: string) => () => Response.json({ errors: [{ extensions: { code } }] });
const cut = () => Promise.reject(new TypeError("Failed to fetch"));

function made(lost = vi.fn()): Outbox {
  const post = { dialog: async () => "1", onChange: () => undefined, onSent: () => undefined, onLost: lost };
  return new Outbox(new Api("https://opora.example", () => ({})), new Memory("site"), post);
}

beforeEach(() => {
  localStorage.clear();
  answers = [];
  heard = [];
  vi.useFakeTimers();
  vi.stubGlobal("fetch", (_: string, { body }: { body: string }) => {
    heard.push(JSON.parse(body).variables.input);
    return Promise.resolve((answers.shift() ?? stored)());
  });
});

const settled = () => vi.advanceTimersByTimeAsync(60_000);

it("sends one after the other, in the order of writing", async () => {
  const outbox = made();
  outbox.add("one", []);
  outbox.add("two", []);
  await settled();
  expect(heard.map(({ text }) => text)).toEqual(["one", "two"]);
  expect(outbox.all()).toEqual([]);
});

it("sends again under the same number what nobody confirmed, before what came later", async () => {
  answers = [cut, refused("SERVICE_UNAVAILABLE")];
  const outbox = made();
  outbox.add("one", []);
  outbox.add("two", []);
  await settled();
  expect(heard.map(({ text }) => text)).toEqual(["one", "one", "one", "two"]);
  expect(new Set(heard.slice(0, 3).map(({ clientId }) => clientId)).size).toBe(1);
});

it("keeps what was not sent for the next page", async () => {
  answers = [cut];
  made().add("one", []);
  await vi.advanceTimersByTimeAsync(1);
  expect(
    made()
      .all()
      .map(({ text }) => text),
  ).toEqual(["one"]);
});

it("marks what is refused for good, and goes on with the rest", async () => {
  answers = [refused("VALIDATION_ERROR")];
  const outbox = made();
  outbox.add("bad", []);
  outbox.add("good", []);
  await settled();
  expect(outbox.all()).toMatchObject([{ text: "bad", failed: true }]);
  expect(heard.at(-1)?.text).toBe("good");
});

it("begins anew, once, where the dialog is no more", async () => {
  answers = [refused("NOT_FOUND"), stored];
  const lost = vi.fn();
  const outbox = made(lost);
  outbox.add("one", []);
  await settled();
  expect(lost).toHaveBeenCalledExactlyOnceWith(false);
  expect(outbox.all()).toEqual([]);
});
