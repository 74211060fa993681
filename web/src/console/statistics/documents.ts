import { graphql, type ResultOf } from "../graphql.ts";

export const STATISTICS = graphql(`
  query ConversationStatistics(
    $from: DateTime!, $to: DateTime!, $previous: DateTime!, $zone: String!, $kind: CountedKind
  ) {
    now: conversationStatistics(from: $from, to: $to, timeZone: $zone, kind: $kind) {
      total { tickets dialogs total byAssistant handedOver byPeople waiting resolvedByAssistant firstResponseS }
      firstResponse { count averageS medianS p90S buckets { belowS count } }
      assistantFirstS
      days {
        day
        volume { tickets dialogs total byAssistant handedOver byPeople waiting resolvedByAssistant firstResponseS }
      }
      escalations { cause tickets dialogs }
      operators {
        operator { id fullName email }
        answered messages resolved taken firstResponseS handlingS
      }
    }
    before: conversationStatistics(from: $previous, to: $from, timeZone: $zone, kind: $kind) {
      total { total byAssistant handedOver byPeople waiting resolvedByAssistant }
      firstResponse { medianS }
      escalations { cause tickets dialogs }
    }
    tickets: ticketStatistics(from: $from, to: $to) {
      resolved
      resolution { count averageHours medianHours }
      days { day resolved }
      categories { category { id key name } count percentage }
    }
    ticketsBefore: ticketStatistics(from: $previous, to: $from) { resolved resolution { medianHours } }
  }
`);

export type Statistics = ResultOf<typeof STATISTICS>;
export type Current = NonNullable<Statistics["now"]>;
export type Volume = Current["total"];
