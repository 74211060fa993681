import { graphql, type ResultOf } from "../graphql.ts";

/** All that a screen shows of an assistant; what only admins see is null to others. */
export const ASSISTANT = graphql(`
  fragment AssistantFields on Assistant {
    id publicId name description systemPrompt aiModel isActive websiteIntegration allowedDomains siteToken widgetSnippet
    telegramBotToken createdAt updatedAt
    telegramBot { id username isActive receivesBy lastError }
  }
`);

export const ASSISTANTS = graphql(
  `
    query Assistants {
      assistants { ...AssistantFields }
    }
  `,
  [ASSISTANT],
);

export const MODELS = graphql(`query ChatModels { agentHealth { available chatModel models } }`);

export const CREATE = graphql(
  `
    mutation CreateAssistant($input: CreateAssistantInput!) {
      createAssistant(input: $input) { ...AssistantFields }
    }
  `,
  [ASSISTANT],
);

export const UPDATE = graphql(
  `
    mutation UpdateAssistant($id: ID!, $input: UpdateAssistantInput!) {
      updateAssistant(id: $id, input: $input) { ...AssistantFields }
    }
  `,
  [ASSISTANT],
);

export const ROTATE = graphql(`
  mutation RotateSiteToken($id: ID!) { rotateSiteToken(id: $id) { id siteToken widgetSnippet updatedAt } }
`);

export const ACTIVATE = graphql(`
  mutation ActivateAssistants($ids: [ID!]!) {
    activateAssistants(ids: $ids) { id isActive updatedAt telegramBot { id isActive lastError } }
  }
`);

export const DEACTIVATE = graphql(`
  mutation DeactivateAssistants($ids: [ID!]!) {
    deactivateAssistants(ids: $ids) { id isActive updatedAt telegramBot { id isActive lastError } }
  }
`);

export const REMOVE = graphql(`mutation DeleteAssistants($ids: [ID!]!) { deleteAssistants(ids: $ids) { ids } }`);

export const TRY = graphql(`
  query TryAssistant($id: ID!, $message: String!) {
    askAssistant(id: $id, message: $message) {
      content needsEscalation escalationReason model confidence language
      cited { id source heading content version score }
      context { id source heading content version score }
    }
  }
`);

export type Assistant = ResultOf<typeof ASSISTANT>;
export type Trial = NonNullable<ResultOf<typeof TRY>["askAssistant"]>;
export type Passage = Trial["cited"][number];
