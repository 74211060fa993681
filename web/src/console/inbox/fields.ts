import dayjs from "dayjs";
import { PRIORITIES, STATUSES } from "./colors.ts";

export { PRIORITIES, STATUSES };

/** The first moment of a day of the reader's zone, as the API takes moments. */
export const startOfDay = (day: string | Date): string => dayjs(day).startOf("day").toISOString();

/** The first moment after a day of the reader's zone. */
export const dayAfter = (day: string | Date): string => dayjs(day).startOf("day").add(1, "day").toISOString();
