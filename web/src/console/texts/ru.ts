const files = import.meta.glob<{ default: Record<string, unknown> }>("./ru/*.json", { eager: true });

export default Object.fromEntries(
  Object.entries(files).map(([path, file]) => [path.slice("./ru/".length, -".json".length), file.default]),
);
