interface Placed {
  id: string;
  sortOrder: number;
}

/** What to write so that the one at `from` stands at `to`: only those whose number is another than their place. */
export function moves(rows: Placed[], from: number, to: number): Placed[] {
  const moved = rows[from];
  if (!moved || to < 0 || to >= rows.length) return [];
  const order = rows.filter((row) => row !== moved);
  order.splice(to, 0, moved);
  return order
    .map((row, place) => ({ id: row.id, sortOrder: place + 1, was: row.sortOrder }))
    .filter((row) => row.sortOrder !== row.was)
    .map(({ id, sortOrder }) => ({ id, sortOrder }));
}
