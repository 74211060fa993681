import { graphql, type ResultOf } from "../graphql.ts";

export const QUEUE = graphql(`
  query HandoffQueue {
    handoffQueue(first: 100) {
      total
      estimatedWaitSeconds
      waiting {
        handoffId dialogId position assistantId assistantName reason priority requestedAt offeredToId platform
        customerName lastMessage estimatedWaitSeconds
      }
    }
  }
`);

/** Every change of the queue is one of these; what it looks like afterwards is read by `QUEUE`. */
export const DIALOG_EVENTS = graphql(`
  subscription QueueEvents($after: BigInt) {
    tenantDialogEvents(after: $after) { __typename seq dialogId }
  }
`);

export const OPERATORS = graphql(`
  query Operators {
    operators { id name status online load maxCapacity assistantIds heartbeatAt }
  }
`);

export const IN_WORK = graphql(`
  query DialogsInWork {
    dialogs(limit: 100, filter: { handoffStatus: ACTIVE }) {
      total
      dialogs {
        id firstName lastName telegramUsername platform updatedAt
        assistant { id name }
        handoff { id takenAt operatorId operatorName priority }
        lastMessage { id excerpt authorKind }
      }
    }
  }
`);

export const CONTEXT = graphql(`
  query HandoffContext($dialogId: ID!) {
    handoffContext(dialogId: $dialogId) {
      language waitingSeconds summary summaryModel quotes sentiment earlierHandoffs
      attempts { messageId question answer confidence citations { source version quote score } }
      handoff { id reason priority state comment }
    }
  }
`);

export const TAKE_OVER = graphql(`
  mutation TakeOver($dialogId: ID!) {
    takeOverDialog(dialogId: $dialogId) { id dialogId state operator { id fullName } }
  }
`);

export const CANCEL = graphql(`
  mutation CancelHandoff($dialogId: ID!, $reason: String!) {
    cancelHandoff(dialogId: $dialogId, reason: $reason) { id state }
  }
`);

export const HEARTBEAT = graphql(`
  mutation Heartbeat($status: OperatorStatus!, $maxCapacity: Int, $assistantIds: [ID!], $allAssistants: Boolean!) {
    operatorHeartbeat(
      status: $status, maxCapacity: $maxCapacity, assistantIds: $assistantIds, allAssistants: $allAssistants
    ) { id name status online load maxCapacity assistantIds heartbeatAt }
  }
`);

export type Waiting = NonNullable<ResultOf<typeof QUEUE>["handoffQueue"]>["waiting"][number];
export type Operator = NonNullable<ResultOf<typeof OPERATORS>["operators"]>[number];
export type DialogInWork = NonNullable<ResultOf<typeof IN_WORK>["dialogs"]>["dialogs"][number];
