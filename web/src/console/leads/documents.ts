import { graphql, type ResultOf } from "../graphql.ts";

export const LEAD = graphql(`
  fragment LeadFields on Lead {
    id interviewId name phone phoneE164 city objectType area summary language status nextStatuses createdAt updatedAt
  }
`);

export const LEADS = graphql(
  `
    query Leads($status: [LeadStatus!], $after: String) {
      leads(first: 50, after: $after, status: $status) {
        edges { cursor node { ...LeadFields } }
        pageInfo { hasNextPage endCursor }
      }
    }
  `,
  [LEAD],
);

export const ONE = graphql(`query Lead($id: ID!) { lead(id: $id) { ...LeadFields } }`, [LEAD]);

export const INTERVIEW = graphql(`
  query Interview($id: ID!, $after: String) {
    interview(id: $id, first: 100, after: $after) {
      id
      language
      finishedAt
      messages {
        edges { node { id authorKind text createdAt } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const MOVE = graphql(
  `
    mutation MoveLead($id: ID!, $status: LeadStatus!) {
      updateLeadStatus(id: $id, status: $status) { ...LeadFields }
    }
  `,
  [LEAD],
);

export const EVENTS = graphql(
  `
    subscription LeadEvents($after: BigInt) {
      leadEvents(after: $after) { seq kind lead { ...LeadFields } }
    }
  `,
  [LEAD],
);

export type Lead = ResultOf<typeof LEAD>;
export type LeadStatus = Lead["status"];
export const STATUSES = ["NEW", "IN_PROGRESS", "COMPLETED", "REJECTED"] as const;
