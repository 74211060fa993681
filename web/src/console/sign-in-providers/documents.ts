import { graphql, type ResultOf } from "../graphql.ts";

export const SETUP = graphql(`
  query SignInSetup {
    signInSetup {
      redirectUri
      signInUrl
      providers {
        id name issuer clientId hasSecret scopes createsUsers defaultRole rolesClaim roleRules { value role } isActive
      }
    }
  }
`);

export type Provider = NonNullable<ResultOf<typeof SETUP>["signInSetup"]>["providers"][number];

export const CREATE = graphql(`
  mutation CreateSignInProvider($input: CreateSignInProviderInput!) { createSignInProvider(input: $input) { id } }
`);

export const UPDATE = graphql(`
  mutation UpdateSignInProvider($id: ID!, $input: UpdateSignInProviderInput!) {
    updateSignInProvider(id: $id, input: $input) {
      id name issuer clientId hasSecret scopes createsUsers defaultRole rolesClaim roleRules { value role } isActive
    }
  }
`);

export const REMOVE = graphql(`
  mutation DeleteSignInProvider($id: ID!) { deleteSignInProvider(id: $id) { id } }
`);
