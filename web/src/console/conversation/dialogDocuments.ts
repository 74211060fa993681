import { graphql, type ResultOf } from "../graphql.ts";

export const DIALOG_FIELDS = graphql(`
  fragment DialogFields on Dialog {
    id platform status handoffStatus isTakenOver firstName lastName telegramUsername telegramChatId language
    createdAt updatedAt
    assistant { id name }
    handoff { id reason priority requestedAt takenAt endedAt operatorId operatorName }
  }
`);

export const DIALOG_MESSAGE_FIELDS = graphql(`
  fragment DialogMessageFields on DialogMessage {
    id authorKind text internal confidence model createdAt operatorName
    citations { source chunkId version score quote }
    attachments { id publicId fileName mimeType sizeBytes url }
  }
`);

export const DIALOG = graphql(`query DialogInView($id: ID!) { dialog(id: $id) { ...DialogFields lastSeq } }`, [
  DIALOG_FIELDS,
]);

export const DIALOG_MESSAGES = graphql(
  `
  query DialogMessages($id: ID!, $after: String) {
    dialog(id: $id) {
      id
      messages(first: 100, after: $after) {
        edges { node { ...DialogMessageFields } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`,
  [DIALOG_MESSAGE_FIELDS],
);

export const DIALOG_EVENTS = graphql(
  `
  subscription DialogInViewEvents($id: ID!, $after: BigInt) {
    dialogEvents(dialogId: $id, after: $after) {
      __typename
      ... on DialogEvent { seq dialogId }
      ... on DialogMessageAdded { message { ...DialogMessageFields } replyTo }
      ... on AnswerStarted { turn attempt }
      ... on AnswerDelta { turn attempt offset text }
      ... on AnswerFailed { turn attempt }
      ... on DialogTyping { isTyping byStaff name }
    }
  }
`,
  [DIALOG_MESSAGE_FIELDS],
);

export const SET_DIALOG_TYPING = graphql(`
  mutation SetDialogTyping($id: ID!, $isTyping: Boolean!) {
    setDialogTyping(dialogId: $id, isTyping: $isTyping) { isTyping }
  }
`);

export const SEND = graphql(
  `
  mutation SendInDialog($id: ID!, $input: SendDialogMessageInput!) {
    sendDialogMessage(dialogId: $id, input: $input) { ...DialogMessageFields }
  }
`,
  [DIALOG_MESSAGE_FIELDS],
);

export const ARCHIVE = graphql(`mutation ArchiveInView($id: ID!) { archiveDialog(id: $id) { ...DialogFields } }`, [
  DIALOG_FIELDS,
]);
export const REOPEN = graphql(`mutation ReopenInView($id: ID!) { reopenDialog(id: $id) { ...DialogFields } }`, [
  DIALOG_FIELDS,
]);
export const CALL_PERSON = graphql(`
  mutation CallPerson($id: ID!, $requestId: String!) {
    requestHandoff(dialogId: $id, requestId: $requestId, reason: "operator", priority: HIGH) { id state }
  }
`);
export const CLAIM = graphql(`mutation ClaimInView($id: ID!) { takeOverDialog(dialogId: $id) { id state } }`);
export const RELEASE = graphql(`
  mutation ReleaseInView($id: ID!, $resolution: String, $returnToAi: Boolean!) {
    releaseDialog(dialogId: $id, resolution: $resolution, returnToAi: $returnToAi) { id state }
  }
`);
export const CONTEXT = graphql(`
  query PacketInView($id: ID!) {
    handoffContext(dialogId: $id) { language waitingSeconds summary summaryModel quotes sentiment earlierHandoffs }
  }
`);

export type Dialog = ResultOf<typeof DIALOG_FIELDS>;
export type DialogMessage = ResultOf<typeof DIALOG_MESSAGE_FIELDS>;
