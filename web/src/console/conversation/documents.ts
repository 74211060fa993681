import { graphql, type ResultOf } from "../graphql.ts";

export const TICKET_FIELDS = graphql(`
  fragment TicketFields on Ticket {
    id title description status nextStatuses priority source escalationReason createdAt updatedAt resolvedAt
    autoCategorized categoryConfidence sentiment language
    category { id name key color }
    author { id fullName email }
    assignee { id fullName }
  }
`);

export const MESSAGE_FIELDS = graphql(`
  fragment MessageFields on Message {
    id authorKind text internal confidence model createdAt
    author { id fullName }
    citations { source chunkId version score quote }
    attachments { id publicId fileName mimeType sizeBytes url }
  }
`);

export const TICKET = graphql(`query TicketInView($id: ID!) { ticket(id: $id) { ...TicketFields lastSeq } }`, [
  TICKET_FIELDS,
]);

export const TICKET_MESSAGES = graphql(
  `
  query TicketMessages($id: ID!, $after: String) {
    ticket(id: $id) {
      id
      messages(first: 100, after: $after) {
        edges { node { ...MessageFields } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`,
  [MESSAGE_FIELDS],
);

export const TICKET_EVENTS = graphql(
  `
  subscription TicketInViewEvents($id: ID!, $after: BigInt) {
    ticketEvents(id: $id, after: $after) {
      __typename seq ticketId
      ticket { ...TicketFields }
      ... on MessageAdded { messageId message { ...MessageFields } }
    }
  }
`,
  [TICKET_FIELDS, MESSAGE_FIELDS],
);

export const ANSWERS = graphql(
  `
  subscription TicketAnswers($id: ID!) {
    answerStream(ticketId: $id) {
      __typename
      ... on AnswerStarted { turn attempt }
      ... on AnswerDelta { turn attempt offset text }
      ... on AnswerFailed { turn attempt }
      ... on AnswerFinished { turn message { ...MessageFields } }
    }
  }
`,
  [MESSAGE_FIELDS],
);

export const TYPING = graphql(`
  subscription TicketTyping($id: ID!) { typing(ticketId: $id) { isTyping user { id fullName } } }
`);

export const SET_TYPING = graphql(`
  mutation SetTyping($id: ID!, $isTyping: Boolean!) { setTyping(ticketId: $id, isTyping: $isTyping) { isTyping } }
`);

export const ADD_MESSAGE = graphql(
  `
  mutation AddMessage($id: ID!, $text: String!, $internal: Boolean!, $attachments: [UUID!]!) {
    addMessage(ticketId: $id, input: { text: $text, internal: $internal, attachments: $attachments }) {
      ...MessageFields
    }
  }
`,
  [MESSAGE_FIELDS],
);

export const UPDATE_TICKET = graphql(
  `
  mutation UpdateTicketInView($id: ID!, $input: UpdateTicketInput!) {
    updateTicket(id: $id, input: $input) { ...TicketFields }
  }
`,
  [TICKET_FIELDS],
);

export const DELETE_TICKET = graphql(`mutation DeleteTicketInView($id: ID!) { deleteTicket(id: $id) { id } }`);
export const REQUEST_REPLY = graphql(`mutation RequestReply($id: ID!) { requestReply(ticketId: $id) { ticketId } }`);

export const UPLOAD = graphql(`
  mutation UploadAttachment($file: Upload!) { uploadFile(file: $file) { id publicId fileName mimeType sizeBytes } }
`);
export const DROP_UPLOAD = graphql(`mutation DropUpload($id: UUID!) { deleteUpload(id: $id) { publicId } }`);

export const VIEWERS = graphql(`
  subscription Viewers($id: ID!) { viewers(conversationId: $id) { people { id fullName } } }
`);

export const PASSAGE = graphql(`
  query CitedPassage($chunkId: ID!, $version: Int!) {
    citedPassage(chunkId: $chunkId, version: $version) {
      cited { id source heading content version isCurrent }
      current { id content version }
    }
  }
`);

export type Ticket = ResultOf<typeof TICKET_FIELDS>;
export type TicketMessage = ResultOf<typeof MESSAGE_FIELDS>;
export type Citation = TicketMessage["citations"][number];
export type Attachment = TicketMessage["attachments"][number];
