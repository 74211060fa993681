import { graphql, type ResultOf } from "../graphql.ts";

export const REQUESTS = graphql(`
  query SupportRequests($limit: Int!, $offset: Int!) {
    supportRequests(limit: $limit, offset: $offset) {
      total
      requests { number subject status priority topic expectedReplySeconds createdAt updatedAt }
    }
  }
`);

export const REQUEST = graphql(`
  query SupportRequest($number: String!) {
    supportRequest(number: $number) {
      number subject message status priority topic contactEmail attachments expectedReplySeconds createdAt
    }
    supportRequestMessages(number: $number) { id authorKind text createdAt }
  }
`);

export const CREATE = graphql(`
  mutation CreateSupportRequest($input: SupportRequestInput!) { createSupportRequest(input: $input) { number } }
`);

export const REPLY = graphql(`
  mutation ReplyToSupportRequest($number: String!, $text: String!) {
    replyToSupportRequest(number: $number, text: $text) { id text createdAt }
  }
`);

export type Requests = NonNullable<ResultOf<typeof REQUESTS>["supportRequests"]>;
export type Request = NonNullable<ResultOf<typeof REQUEST>["supportRequest"]>;
export type Replies = NonNullable<ResultOf<typeof REQUEST>["supportRequestMessages"]>;
