import { graphql, type ResultOf } from "../../graphql.ts";

export const ENDPOINTS = graphql(`
  query WebhookEndpoints {
    webhookEndpoints {
      id url description events isActive failingSince disabledAt previousSecretUntil createdAt
    }
    webhookEvents
  }
`);

export const CREATE = graphql(`
  mutation CreateEndpoint($input: CreateWebhookEndpointInput!) {
    createWebhookEndpoint(input: $input) {
      secret
      endpoint { id url description events isActive failingSince disabledAt previousSecretUntil createdAt }
    }
  }
`);

export const UPDATE = graphql(`
  mutation UpdateEndpoint($id: ID!, $input: UpdateWebhookEndpointInput!) {
    updateWebhookEndpoint(id: $id, input: $input) {
      id url description events isActive failingSince disabledAt
    }
  }
`);

export const DELETE = graphql(`mutation DeleteEndpoint($id: ID!) { deleteWebhookEndpoint(id: $id) { id } }`);

export const ROTATE = graphql(`
  mutation RotateSecret($id: ID!) {
    rotateWebhookSecret(id: $id) { secret endpoint { id previousSecretUntil } }
  }
`);

export const DELIVERIES = graphql(`
  query Deliveries($endpointId: ID!, $state: WebhookDeliveryState, $after: String) {
    webhookDeliveries(endpointId: $endpointId, state: $state, first: 25, after: $after) {
      edges {
        node {
          id webhookId event body state tries nextAt createdAt finishedAt
          attempts { at status excerpt error tookMs }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const TEST = graphql(`
  mutation TestEndpoint($id: ID!) {
    testWebhookEndpoint(id: $id) { id state attempts { at status excerpt error tookMs } }
  }
`);

export const REPLAY = graphql(
  `mutation ReplayDelivery($id: ID!) { replayWebhookDelivery(id: $id) { id state nextAt } }`,
);

export const REPLAY_ALL = graphql(`
  mutation ReplayDeliveries($endpointId: ID!, $since: DateTime!) {
    replayWebhookDeliveries(endpointId: $endpointId, since: $since) { count hasMore }
  }
`);

export type Endpoint = NonNullable<ResultOf<typeof ENDPOINTS>["webhookEndpoints"]>[number];
export type Delivery = NonNullable<ResultOf<typeof DELIVERIES>["webhookDeliveries"]>["edges"][number]["node"];
export type Attempt = Delivery["attempts"][number];
