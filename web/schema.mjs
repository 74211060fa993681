// Types of the API for the type checker: schema/schema.graphql becomes src/schema.d.ts, which gql.tada reads.
import { readFileSync, writeFileSync } from "node:fs";
import { outputIntrospectionFile } from "@gql.tada/internal";
import { buildSchema, introspectionFromSchema } from "graphql";

const source = readFileSync(new URL("../schema/schema.graphql", import.meta.url), "utf-8");
const introspection = introspectionFromSchema(buildSchema(source), { descriptions: false });
const text = outputIntrospectionFile(introspection, { fileType: ".d.ts", shouldPreprocess: true });
writeFileSync(new URL("src/schema.d.ts", import.meta.url), text);
