import type { LucideIcon } from "lucide-react";
import type { ComponentType } from "react";
import type { OperationName } from "./graphql.ts";

/** One entry of the navigation and the screens below its address. */
export interface Area {
  /** Also the namespace of its texts, whose key `title` names it. */
  name: string;
  /** Below /console, without slashes at the ends. */
  path: string;
  icon: LucideIcon;
  /** The `own` stand in the person's menu. */
  group: "work" | "knowledge" | "company" | "installation" | "own";
  /** Who may call this sees the area. */
  needs: OperationName;
  /** What stands beside its name, such as how many wait there. */
  badge?: ComponentType;
  /** Its tabs, to be found by the command palette: below its address, named by a key of its texts. */
  pages?: { path: string; title: string; needs?: OperationName }[];
  /** Loaded when it is opened first; gets the rest of the address, `/console/<path>/*`. */
  load: () => Promise<{ default: ComponentType }>;
}
