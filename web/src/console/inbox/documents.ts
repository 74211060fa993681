import { graphql, type ResultOf, type VariablesOf } from "../graphql.ts";

export const INBOX = graphql(`
  query Inbox($first: Int!, $after: String, $filter: InboxFilter) {
    inbox(first: $first, after: $after, filter: $filter) {
      edges {
        cursor
        snippet { text matched }
        node {
          id
          kind
          activeAt
          ticket {
            id title status priority language
            category { id name key }
            author { id fullName email role }
            assignee { id fullName role email }
            lastMessage { id authorKind excerpt internal createdAt }
          }
          dialog {
            id platform status handoffStatus firstName lastName telegramUsername
            assistant { id name }
            handoff { id priority operatorName }
            lastMessage { id authorKind excerpt internal createdAt }
          }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const COUNTS = graphql(`query InboxCounts { inboxCounts { open waiting mine unassigned } }`);

export const TICKET_EVENTS = graphql(`
  subscription InboxTicketEvents($after: BigInt) { inboxEvents(after: $after) { seq ticketId } }
`);

export const DIALOG_EVENTS = graphql(`
  subscription InboxDialogEvents($after: BigInt) { tenantDialogEvents(after: $after) { seq dialogId } }
`);

export const VIEWS = graphql(`query SavedViews { savedViews { id name filter shared mine canChange } }`);

export const CREATE_VIEW = graphql(`
  mutation CreateSavedView($input: CreateSavedViewInput!) {
    createSavedView(input: $input) { id name filter shared mine canChange }
  }
`);

export const UPDATE_VIEW = graphql(`
  mutation UpdateSavedView($id: ID!, $input: UpdateSavedViewInput!) {
    updateSavedView(id: $id, input: $input) { id name filter shared mine canChange }
  }
`);

export const DELETE_VIEW = graphql(`mutation DeleteSavedView($id: ID!) { deleteSavedView(id: $id) { id } }`);

/** What filters and bulk actions offer. */
export const CHOICES = graphql(`
  query InboxChoices {
    operators { id name }
    assistants { id name }
    categories { id name key isActive }
  }
`);

export const UPDATE_TICKETS = graphql(`
  mutation UpdateTickets($ids: [ID!]!, $input: UpdateTicketsInput!) {
    updateTickets(ids: $ids, input: $input) {
      tickets { id status priority assignee { id fullName role email } category { id name key } }
      failures { id code message }
    }
  }
`);

export const DELETE_TICKETS = graphql(`
  mutation DeleteTickets($ids: [ID!]!) { deleteTickets(ids: $ids) { ids failures { id code message } } }
`);

export const ARCHIVE_DIALOGS = graphql(`
  mutation ArchiveDialogs($ids: [ID!]!) {
    archiveDialogs(ids: $ids) { dialogs { id status } failures { id code message } }
  }
`);

export const REOPEN_DIALOGS = graphql(`
  mutation ReopenDialogs($ids: [ID!]!) {
    reopenDialogs(ids: $ids) { dialogs { id status } failures { id code message } }
  }
`);

export const CREATE_TICKET = graphql(`
  mutation InboxCreateTicket($input: CreateTicketInput!) { createTicket(input: $input) { id } }
`);

export type InboxFilter = NonNullable<VariablesOf<typeof INBOX>["filter"]>;
export type InboxEntry = NonNullable<ResultOf<typeof INBOX>["inbox"]>["edges"][number];
export type InboxItem = InboxEntry["node"];
export type SavedView = NonNullable<ResultOf<typeof VIEWS>["savedViews"]>[number];
export type Choices = ResultOf<typeof CHOICES>;
export type Failure = NonNullable<ResultOf<typeof UPDATE_TICKETS>["updateTickets"]>["failures"][number];
export type UpdateTicketsInput = VariablesOf<typeof UPDATE_TICKETS>["input"];
