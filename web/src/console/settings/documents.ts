import { graphql, type ResultOf, type VariablesOf } from "../graphql.ts";

export const SETTINGS = graphql(`
  query Settings {
    tenant {
      id slug name language registrationOpen answerThreshold suggestThreshold telegramMode plan createdAt
      hours { timeZone week { opens closes } daysOff openNow opensAt }
    }
  }
`);

export const CHANGE = graphql(`
  mutation ChangeSettings($input: UpdateTenantSettingsInput!) {
    updateTenantSettings(input: $input) {
      id name language registrationOpen answerThreshold suggestThreshold telegramMode
      hours { timeZone week { opens closes } daysOff openNow opensAt }
    }
  }
`);

export const EFFECT = graphql(`
  query ThresholdEffect($answer: Float, $suggest: Float) {
    thresholdEffect(answerThreshold: $answer, suggestThreshold: $suggest) {
      sampled since answered suggested escalated distribution
      answerThreshold suggestThreshold measuredAnswerThreshold measuredSuggestThreshold
    }
  }
`);

export type CompanySettings = NonNullable<ResultOf<typeof SETTINGS>["tenant"]>;
export type Changes = VariablesOf<typeof CHANGE>["input"];
export type Effect = NonNullable<ResultOf<typeof EFFECT>["thresholdEffect"]>;
