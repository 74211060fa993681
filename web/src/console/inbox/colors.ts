import type { Enum } from "../graphql.ts";

/** The colour of a ticket's status, the same on every screen. */
export const STATUS_COLORS: Record<Enum<"TicketStatus">, string> = {
  OPEN: "blue",
  IN_PROGRESS: "opora",
  PENDING_CUSTOMER: "gray",
  PENDING_AGENT: "orange",
  ESCALATED: "red",
  RESOLVED: "green",
  CLOSED: "gray",
  REOPENED: "orange",
  CANCELLED: "gray",
};
export const STATUSES = Object.keys(STATUS_COLORS) as Enum<"TicketStatus">[];
export const PRIORITIES: Enum<"TicketPriority">[] = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];
