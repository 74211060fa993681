const files = import.meta.glob<{ default: Record<string, unknown> }>("./kk/*.json", { eager: true });

export default Object.fromEntries(
  Object.entries(files).map(([path, file]) => [path.slice("./kk/".length, -".json".length), file.default]),
);
