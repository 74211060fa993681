import { expect, test } from "vitest";
import { moves } from "./order.ts";

const rows = (...numbers: number[]) => numbers.map((sortOrder, place) => ({ id: `${place}`, sortOrder }));

test("neighbours change places, and nobody else moves", () => {
  expect(moves(rows(1, 2, 3), 1, 0)).toEqual([
    { id: "1", sortOrder: 1 },
    { id: "0", sortOrder: 2 },
  ]);
});

test("numbers that are the same are set apart", () => {
  expect(moves(rows(0, 0), 0, 1)).toEqual([
    { id: "1", sortOrder: 1 },
    { id: "0", sortOrder: 2 },
  ]);
});

test("beyond the ends there is nowhere to go", () => {
  expect(moves(rows(1, 2), 0, -1)).toEqual([]);
  expect(moves(rows(1, 2), 1, 2)).toEqual([]);
});
