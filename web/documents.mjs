// Every GraphQL document of the sources is checked against schema/schema.graphql, as the server would check it.
import { globSync, readFileSync } from "node:fs";
import { buildSchema, parse, specifiedRules, validate } from "graphql";

const schema = buildSchema(readFileSync(new URL("../schema/schema.graphql", import.meta.url), "utf-8"));
// A fragment may stand in a document of its own.
const rules = specifiedRules.filter((rule) => rule.name !== "NoUnusedFragmentsRule");
const DOCUMENT = /\b(?:graphql|gql)\(\s*`([^`]*)`/g;

const documents = [];
const fragments = new Map();
for (const file of globSync("src/**/*.{ts,tsx}", { cwd: import.meta.dirname })) {
  for (const [, text] of readFileSync(new URL(file, import.meta.url), "utf-8").matchAll(DOCUMENT)) {
    const document = parse(text);
    documents.push({ file, document });
    for (const each of document.definitions) {
      if (each.kind === "FragmentDefinition") fragments.set(each.name.value, each);
    }
  }
}

/** The fragments that a document spreads, and those that these spread. */
function spread(node, found = new Map()) {
  for (const [, name] of JSON.stringify(node).matchAll(/"FragmentSpread","name":\{"kind":"Name","value":"(\w+)"/g)) {
    const fragment = fragments.get(name);
    if (fragment && !found.has(name)) spread(fragment, found.set(name, fragment));
  }
  return found;
}

let wrong = 0;
for (const { file, document } of documents) {
  const own = new Set(document.definitions.map((each) => each.name?.value));
  const others = [...spread(document)].filter(([name]) => !own.has(name)).map(([, fragment]) => fragment);
  for (const error of validate(schema, { ...document, definitions: [...document.definitions, ...others] }, rules)) {
    process.stderr.write(`${file}: ${error.message}\n`);
    wrong += 1;
  }
}
process.exitCode = wrong ? 1 : 0;
