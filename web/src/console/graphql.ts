import { initGraphQLTada } from "gql.tada";
import type { introspection } from "../schema.d.ts";

/** Typed documents: `graphql("query { … }")` knows the result and the variables from schema/schema.graphql. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: {
    BigInt: number;
    Date: string;
    DateTime: string;
    Decimal: string;
    JSONObject: Record<string, unknown>;
    UUID: string;
    Upload: File;
  };
}>();

export type { ResultOf, VariablesOf } from "gql.tada";
export type Enum<Name extends keyof introspection["types"]> = introspection["types"][Name] extends {
  enumValues: infer Values;
}
  ? Values
  : never;
type Fields<Type> = Type extends { fields: infer F } ? Extract<keyof F, string> : never;
/** The name of any field of Query, Mutation or Subscription. */
export type OperationName =
  | Fields<introspection["types"]["Query"]>
  | Fields<introspection["types"]["Mutation"]>
  | Fields<introspection["types"]["Subscription"]>;
