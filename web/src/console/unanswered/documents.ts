import { graphql, type ResultOf } from "../graphql.ts";

export const PAGE_SIZE = 30;

export const GROUPS = graphql(`
  query UnansweredGroups($status: UnansweredStatus!, $search: String, $limit: Int!) {
    unansweredGroups(status: $status, search: $search, limit: $limit) {
      total
      groups {
        id status question language languages count firstAskedAt lastAskedAt resolvedBy resolvedAt faqId qaEntryId
      }
    }
  }
`);
export type Group = NonNullable<ResultOf<typeof GROUPS>["unansweredGroups"]>["groups"][number];
export type Status = Group["status"];

export const GROUP = graphql(`
  query UnansweredGroup($id: ID!) {
    unansweredGroup(id: $id) {
      id status question language languages count firstAskedAt lastAskedAt resolvedBy resolvedAt faqId qaEntryId
    }
    unansweredQuestions(groupId: $id) { id text language origin reason confidence askedAt ticketId dialogId assistantId }
  }
`);
export type Asked = NonNullable<ResultOf<typeof GROUP>["unansweredQuestions"]>[number];

export const NEAREST = graphql(`
  query NearestPassages($query: String!, $assistantId: ID) {
    searchTrial(query: $query, assistantId: $assistantId, limit: 3) {
      found { id source heading content score version language scores { dense words exact rank } }
    }
  }
`);

export const ANSWER = graphql(`
  mutation AnswerUnanswered($id: ID!, $input: AnswerUnansweredInput!) {
    answerUnanswered(id: $id, input: $input) { id status resolvedBy resolvedAt faqId qaEntryId }
  }
`);
export const DISMISS = graphql(`
  mutation DismissUnanswered($ids: [ID!]!) { dismissUnanswered(ids: $ids) { id status resolvedBy resolvedAt } }
`);
export const MERGE = graphql(`
  mutation MergeUnanswered($ids: [ID!]!) { mergeUnanswered(ids: $ids) { id question language languages count } }
`);
export const REOPEN = graphql(`
  mutation ReopenUnanswered($ids: [ID!]!) {
    reopenUnanswered(ids: $ids) { id status resolvedBy resolvedAt faqId qaEntryId }
  }
`);
