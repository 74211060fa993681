import { graphql } from "../graphql.ts";

export const LOGIN = graphql(`
  mutation Login($input: LoginInput!) { login(input: $input) { accessToken refreshToken expiresIn } }
`);

export const PROVIDERS = graphql(`
  query SignInProviders($company: String!) { signInProviders(company: $company) { id name } }
`);

export const START = graphql(`
  mutation StartSignIn($company: String!, $provider: ID!) {
    startSignIn(company: $company, providerId: $provider) { url browserKey }
  }
`);

export const FINISH = graphql(`
  mutation FinishSignIn($input: FinishSignInInput!) {
    finishSignIn(input: $input) { accessToken refreshToken expiresIn }
  }
`);

export const REGISTER = graphql(`
  mutation RegisterCompany($input: RegisterCompanyInput!) { registerCompany(input: $input) { user { id email } } }
`);

export const CONFIRM = graphql(`
  mutation ConfirmEmail($email: String!, $code: String!) {
    confirmEmail(email: $email, code: $code) { accessToken refreshToken expiresIn }
  }
`);

export const RESEND = graphql(`
  mutation ResendConfirmation($email: String!) { resendConfirmation(email: $email) { ok } }
`);
