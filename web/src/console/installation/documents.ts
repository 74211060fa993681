import { graphql, type ResultOf } from "../graphql.ts";

export const OVERVIEW = graphql(`
  query InstallationOverview($period: OverviewPeriod!) {
    installationOverview(period: $period) {
      since until totalUsers newUsers activeDialogs totalMessages cost
      revenue { service amount }
      tokensByModel { model tokens }
    }
    streamStatistics { admin widget site averageSeconds eventsToday }
  }
`);

export const HEALTH = graphql(`
  query InstallationHealth {
    installationHealth {
      healthy processes uptimeSeconds freeBytes openSockets
      database { poolSize connections responseMs activeBots uploadBytes logBytes }
      redis { memoryBytes clients }
      aiProviders { name status responseMs successRate }
    }
  }
`);

export const USERS = graphql(`
  query InstallationUsers($limit: Int!, $offset: Int!, $search: String) {
    installationUsers(limit: $limit, offset: $offset, search: $search) {
      total
      users {
        id tenantId email fullName role isActive balance totalSpent assistantsCount dialogsCount createdAt lastLoginAt
      }
    }
  }
`);

export const MODELS = graphql(`
  query AiModels {
    aiTokens {
      id name maskedToken baseUrl modelAccess dailyLimit monthlyLimit dailyUsage monthlyUsage priority notes isActive
      restsUntil lastError
    }
    aiModelPrices { model promptPrice completionPrice }
    aiPools { poolId status activeTokens totalRequests successRate avgResponseTime currentLoad }
    aiFailovers { total lastAt mostCommonError }
  }
`);

export const CREATE_TOKEN = graphql(`
  mutation CreateAiToken($input: CreateAiTokenInput!) { createAiToken(input: $input) { id } }
`);

export const UPDATE_TOKEN = graphql(`
  mutation UpdateAiToken($id: ID!, $input: UpdateAiTokenInput!) {
    updateAiToken(id: $id, input: $input) {
      id name maskedToken baseUrl modelAccess dailyLimit monthlyLimit priority notes isActive restsUntil lastError
    }
  }
`);

export const DELETE_TOKEN = graphql(`mutation DeleteAiToken($id: ID!) { deleteAiToken(id: $id) { id } }`);

export const TEST_TOKEN = graphql(`
  mutation TestAiToken($id: ID!) { testAiToken(id: $id) { model answer durationMs } }
`);

export const SET_PRICE = graphql(`
  mutation SetAiModelPrice($model: String!, $prompt: Decimal!, $completion: Decimal!) {
    setAiModelPrice(model: $model, promptPrice: $prompt, completionPrice: $completion) {
      model promptPrice completionPrice
    }
  }
`);

export type Overview = NonNullable<ResultOf<typeof OVERVIEW>["installationOverview"]>;
export type Streams = NonNullable<ResultOf<typeof OVERVIEW>["streamStatistics"]>;
export type Health = NonNullable<ResultOf<typeof HEALTH>["installationHealth"]>;
export type Users = NonNullable<ResultOf<typeof USERS>["installationUsers"]>;
export type Models = ResultOf<typeof MODELS>;
export type Token = NonNullable<Models["aiTokens"]>[number];
export type Price = NonNullable<Models["aiModelPrices"]>[number];
