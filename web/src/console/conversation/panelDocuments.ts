import { graphql } from "../graphql.ts";

export const STAFF = graphql(`query Staff { staff { id fullName role } }`);
export const CATEGORIES = graphql(`query CategoriesToChoose { categories { id key name isActive } }`);
export const HISTORY = graphql(`
  query CustomerHistory($author: ID!) {
    tickets(first: 6, filter: { author: $author }) { edges { node { id title status createdAt } } }
  }
`);
