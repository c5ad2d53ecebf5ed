/** What a ledger shows, as the builder holds it. */
import type { Schema } from "@/api/client";

export type Definition = Schema<"Definition">;
export type Condition = Schema<"Condition">;
export type Field = Schema<"LedgerFieldBody">;
export type Column = Schema<"LedgerColumnBody">;
export type Base = Schema<"Base">;
export type Op = Schema<"Op">;

/** A ledger that is not kept yet, or one being changed. */
export interface Draft {
  id?: string;
  name?: string;
  shared?: boolean;
  daily?: boolean;
  definition?: Definition;
}

export const BASES: Base[] = ["household", "resident", "visit"];

/** Columns that a new ledger begins with; sensitive ones are never among them. */
export const FIRST_COLUMNS: Record<Base, string[]> = {
  household: ["grid", "address", "residents", "last_visit_at", "last_outcome"],
  resident: ["household.grid", "household.address", "name", "phone"],
  visit: ["at", "household.grid", "household.address", "outcome"],
};

/** How a field can be compared. */
export function ops(kind: Field["kind"]): Op[] {
  switch (kind) {
    case "date":
    case "time":
      return ["from", "to", "is", "known", "unknown"];
    case "number":
      return ["is", "from", "to", "known", "unknown"];
    case "choice":
      return ["is", "is_not", "known", "unknown"];
    case "person":
      return [];
    default:
      return ["is", "is_not", "contains", "known", "unknown"];
  }
}

export function needsValue(op: Op): boolean {
  return op !== "known" && op !== "unknown";
}

/** Conditions that are finished; the others wait for a value and hold nothing back. */
export function finished(conditions: readonly Condition[]): Condition[] {
  return conditions.filter(
    ({ fields, op, values }) => fields.length > 0 && (!needsValue(op) || (values ?? []).length > 0),
  );
}
