import { graphql, type ResultOf } from "../graphql.ts";

export const CATEGORY = graphql(`
  fragment CategoryFields on Category { id key name description icon color isActive sortOrder }
`);

export const CATEGORIES = graphql(
  `
    query CategoriesWithCounts {
      categories { ...CategoryFields }
      ticketAnalytics { total byCategory { category { id } count } }
    }
  `,
  [CATEGORY],
);

export const CREATE = graphql(
  `
    mutation CreateCategory($input: CreateCategoryInput!) { createCategory(input: $input) { ...CategoryFields } }
  `,
  [CATEGORY],
);

export const UPDATE = graphql(
  `
    mutation UpdateCategory($id: ID!, $input: UpdateCategoryInput!) {
      updateCategory(id: $id, input: $input) { ...CategoryFields }
    }
  `,
  [CATEGORY],
);

export const REMOVE = graphql(`mutation DeleteCategory($id: ID!) { deleteCategory(id: $id) { id } }`);

export type Category = ResultOf<typeof CATEGORY>;
