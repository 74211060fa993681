import { graphql, type ResultOf } from "../graphql.ts";

export const MAILS = graphql(`
  query KeptMails($after: String) {
    keptMails(first: 30, after: $after) {
      edges { node { id template language recipient subject createdAt sentAt lastError } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const MAIL = graphql(`
  query KeptMail($id: ID!) {
    keptMail(id: $id) {
      mail { id recipient replyTo subject createdAt sentAt lastError }
      text
      html
    }
  }
`);

export const TEST_MAIL = graphql(`mutation SendTestMail($to: String!) { sendTestMail(to: $to) { server sentAt } }`);

type Edges<Connection> = Connection extends { edges: { node: infer Node }[] } ? Node : never;
export type Mail = Edges<NonNullable<ResultOf<typeof MAILS>["keptMails"]>>;
export type OpenedMail = NonNullable<ResultOf<typeof MAIL>["keptMail"]>;
