import type { InboxFilter, SavedView } from "./documents.ts";

type Check = (value: unknown) => boolean;
const isText: Check = (value) => typeof value === "string";
const areTexts: Check = (value) => Array.isArray(value) && value.every(isText);

/** What may stand in a filter of an address or of a saved view, and of what shape it is; anything else is dropped. */
const KNOWN: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["kinds", areTexts],
  ["stage", isText],
  ["assignedTo", isText],
  ["unassigned", (value) => typeof value === "boolean"],
  ["customer", isText],
  ["language", isText],
  ["createdFrom", isText],
  ["createdBefore", isText],
  ["search", isText],
  ["status", areTexts],
  ["priority", areTexts],
  ["category", areTexts],
  ["sentiment", areTexts],
  ["source", areTexts],
  ["platform", areTexts],
  ["assistant", areTexts],
]);

const isGiven = (value: unknown) =>
  value !== null && value !== undefined && value !== "" && value !== false && !(Array.isArray(value) && !value.length);

/** The filter without what does not narrow. */
export function tidy(filter: InboxFilter): InboxFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => isGiven(value))) as InboxFilter;
}

/** How many things narrow it, the search not counted. */
export function narrowings(filter: InboxFilter): number {
  return Object.keys(tidy({ ...filter, search: null })).length;
}

/** A filter of an address or of a saved view, which others may have written: foreign words are dropped, a broken one is none. */
export function readFilter(text: unknown): InboxFilter | null {
  try {
    const value: unknown = typeof text === "string" ? JSON.parse(text) : text;
    if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
    const known = Object.entries(value).filter(([name, given]) => KNOWN.get(name)?.(given));
    return tidy(Object.fromEntries(known) as InboxFilter);
  } catch {
    // Somebody cut the address short.
    return null;
  }
}

export interface View {
  /** A word for those that everybody has, a number for saved ones. */
  id: string;
  filter: InboxFilter;
  saved?: SavedView;
}

export const BUILT_IN = ["open", "mine", "unassigned", "waiting", "dialogs", "done", "all"] as const;
export type BuiltIn = (typeof BUILT_IN)[number];
const OF_CUSTOMERS: readonly BuiltIn[] = ["open", "done", "all"];

function builtIn(name: BuiltIn, me: string): InboxFilter {
  switch (name) {
    case "open":
      return { stage: "OPEN" };
    case "mine":
      return { stage: "OPEN", assignedTo: me };
    case "unassigned":
      return { stage: "OPEN", unassigned: true };
    case "waiting":
      return { stage: "WAITING" };
    case "dialogs":
      return { stage: "OPEN", kinds: ["DIALOG"] };
    case "done":
      return { stage: "DONE" };
    case "all":
      return {};
  }
}

/** What the person may choose from: those that everybody has, then the saved ones. */
export function viewsOf(me: string, staff: boolean, saved: readonly SavedView[]): View[] {
  return [
    ...(staff ? BUILT_IN : OF_CUSTOMERS).map((name) => ({ id: name as string, filter: builtIn(name, me) })),
    ...saved.map((view) => ({ id: view.id, filter: readFilter(view.filter) ?? {}, saved: view })),
  ];
}

const sorted = (filter: InboxFilter) => JSON.stringify(Object.entries(tidy(filter)).sort());

export const sameFilter = (one: InboxFilter, other: InboxFilter): boolean => sorted(one) === sorted(other);

/** What the address says: a view, the filter where it was changed since, and what is searched for. */
export function readAddress(parameters: URLSearchParams, views: readonly View[]): { view: View; filter: InboxFilter } {
  const view = views.find((each) => each.id === parameters.get("view")) ?? (views[0] as View);
  const changed = parameters.has("f") ? readFilter(parameters.get("f")) : null;
  const search = parameters.get("q");
  const filter = changed ?? view.filter;
  return { view, filter: search ? { ...filter, search } : filter };
}

/** The address of a view and of a filter that may differ from the view's. */
export function writeAddress(view: View, { search, ...rest }: InboxFilter): URLSearchParams {
  const parameters = new URLSearchParams({ view: view.id });
  const { search: own, ...kept } = view.filter;
  if (!sameFilter(rest, kept)) parameters.set("f", JSON.stringify(tidy(rest)));
  if (search && search !== own) parameters.set("q", search);
  return parameters;
}
