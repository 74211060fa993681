import type { FragmentOf, ResultOf } from "gql.tada";
import { gql } from "./graphql.ts";

const messageFields = gql(`
  fragment Said on DialogMessage {
    id authorKind text operatorName clientId createdAt
    citations { source quote }
    attachments { publicId fileName mimeType sizeBytes url }
  }
`);

export const siteQuery = gql(
  `query Site($siteToken: String!) { siteAssistant(siteToken: $siteToken) { name largestUpload } }`,
);

export const openMutation = gql(`mutation Open { openDialog { guestId dialog { id } } }`);

export const dialogQuery = gql(
  `
  query Dialog($id: ID!, $after: String) {
    dialog(id: $id) {
      lastSeq handoffStatus
      handoff { operatorName }
      messages(first: 100, after: $after) { edges { node { ...Said } } pageInfo { hasNextPage endCursor } }
    }
  }
`,
  [messageFields],
);

export const sendMutation = gql(
  `
  mutation Send($dialogId: ID!, $input: SendDialogMessageInput!) {
    sendDialogMessage(dialogId: $dialogId, input: $input) { ...Said }
  }
`,
  [messageFields],
);

export const askForPersonMutation = gql(`
  mutation AskForPerson($dialogId: ID!, $requestId: String!, $text: String!) {
    requestHandoff(dialogId: $dialogId, requestId: $requestId, lastUserText: $text) { queuePosition estimatedWaitSeconds }
  }
`);

export const withdrawMutation = gql(`
  mutation Withdraw($dialogId: ID!) { cancelHandoff(dialogId: $dialogId, reason: "user_cancelled") { id } }
`);

export const placeQuery = gql(`
  query Place($dialogId: ID!) { handoffPlace(dialogId: $dialogId) { position estimatedWaitSeconds } }
`);

export const typingMutation = gql(`
  mutation Typing($dialogId: ID!, $isTyping: Boolean!) {
    setDialogTyping(dialogId: $dialogId, isTyping: $isTyping) { isTyping }
  }
`);

export const uploadMutation = gql(`
  mutation Upload($file: Upload!) { uploadFile(file: $file) { publicId fileName sizeBytes } }
`);

export const removeUploadMutation = gql(`mutation RemoveUpload($id: UUID!) { deleteUpload(id: $id) { publicId } }`);

export const eventsSubscription = gql(
  `
  subscription Events($dialogId: ID!, $after: BigInt) {
    dialogEvents(dialogId: $dialogId, after: $after) {
      __typename
      ... on DialogEvent { seq }
      ... on DialogMessageAdded { replyTo message { ...Said } }
      ... on HandoffRequested { queuePosition }
      ... on HandoffReturned { queuePosition }
      ... on HandoffStarted { operatorName }
      ... on AnswerStarted { turn attempt }
      ... on AnswerDelta { turn attempt offset text }
      ... on AnswerFailed { turn attempt }
      ... on DialogTyping { isTyping byStaff name }
    }
  }
`,
  [messageFields],
);

export type Said = FragmentOf<typeof messageFields>;
export type DialogUpdate = NonNullable<ResultOf<typeof eventsSubscription>["dialogEvents"]>;
export type Assistant = NonNullable<ResultOf<typeof siteQuery>["siteAssistant"]>;
