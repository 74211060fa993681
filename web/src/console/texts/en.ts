const files = import.meta.glob<{ default: Record<string, unknown> }>("./en/*.json", { eager: true });

export default Object.fromEntries(
  Object.entries(files).map(([path, file]) => [path.slice("./en/".length, -".json".length), file.default]),
);
