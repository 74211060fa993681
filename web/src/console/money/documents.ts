import { graphql, type ResultOf } from "../graphql.ts";

export const BALANCE = graphql(`
  query Balance { balance { balance welcomeBonus totalSpent pendingTransactions currency } }
`);

export const PAYMENTS = graphql(`
  query Payments($after: String, $status: PaymentStatus) {
    payments(first: 20, after: $after, status: $status) {
      edges {
        node {
          orderId provider amount refunded status paid description paymentUrl card errorCode createdAt confirmedAt
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const TRANSACTIONS = graphql(`
  query Transactions($after: String, $type: TransactionType, $language: Language!) {
    transactions(first: 30, after: $after, type: $type) {
      edges { node { id type amount serviceType details createdAt description(language: $language) } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const USAGE = graphql(`
  query OwnAiUsage($since: DateTime!) {
    aiUsage(since: $since) {
      model requests failures promptTokens completionTokens estimated cost meanDurationMs
    }
  }
`);

export const CREATE_PAYMENT = graphql(`
  mutation CreatePayment($input: CreatePaymentInput!) {
    createPayment(input: $input) { orderId status paymentUrl }
  }
`);

export const REFUND = graphql(`
  mutation RefundPayment($order: String!, $input: RefundPaymentInput!) {
    refundPayment(orderId: $order, input: $input) {
      payment { orderId status refunded }
      refund { id amount status error }
    }
  }
`);

export const BILLING_EVENTS = graphql(`
  subscription BillingEvents($after: BigInt) {
    billingEvents(after: $after) { seq kind payment { orderId status paid amount } }
  }
`);

type Edges<Connection> = Connection extends { edges: { node: infer Node }[] } ? Node : never;
export type Payment = Edges<NonNullable<ResultOf<typeof PAYMENTS>["payments"]>>;
export type Transaction = Edges<NonNullable<ResultOf<typeof TRANSACTIONS>["transactions"]>>;
