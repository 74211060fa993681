import { graphql, type ResultOf } from "../graphql.ts";

export const HEALTH = graphql(`
  query SystemHealth {
    systemHealth {
      host takenAt cpuUsage memoryUsage diskUsage uptimeHours activeAlerts openTickets
    }
  }
`);

export const METRICS = graphql(`
  query SystemMetrics($hours: Int!) {
    systemMetrics(hours: $hours) { stepSeconds points { at cpuUsage memoryUsage diskUsage } }
  }
`);

export const ALERTS = graphql(`
  query Alerts($after: String, $open: Boolean, $language: Language!) {
    alerts(first: 20, after: $after, open: $open) {
      edges { node { id host metric severity value threshold openedAt closedAt message(language: $language) } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const LOGS = graphql(`
  query Logs($after: String, $filter: LogFilter) {
    logs(first: 50, after: $after, filter: $filter) {
      edges { node { id level message source hostname metadata loggedAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const BACKLOG = graphql(`query JobBacklog { jobBacklog { task state count oldestAt attempts } }`);

export const DEAD_JOBS = graphql(`
  query DeadJobs($after: String) {
    deadJobs(first: 20, after: $after) {
      edges { node { id task args state attempts lastError createdAt finishedAt } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const RETRY = graphql(`mutation RetryJob($id: ID!) { retryJob(id: $id) { id state attempts } }`);

export const MONITORING_EVENTS = graphql(`
  subscription MonitoringEvents($after: BigInt, $language: Language!) {
    monitoringEvents(after: $after) {
      __typename
      ... on HealthSampled {
        health {
          host takenAt cpuUsage memoryUsage diskUsage uptimeHours activeAlerts openTickets
        }
      }
      ... on AlertChanged {
        seq
        change
        alert { id host metric severity value threshold openedAt closedAt message(language: $language) }
      }
    }
  }
`);

type Edges<Connection> = Connection extends { edges: { node: infer Node }[] } ? Node : never;
export type Health = NonNullable<ResultOf<typeof HEALTH>["systemHealth"]>;
export type Alert = Edges<NonNullable<ResultOf<typeof ALERTS>["alerts"]>>;
export type LogLine = Edges<NonNullable<ResultOf<typeof LOGS>["logs"]>>;
export type DeadJob = Edges<NonNullable<ResultOf<typeof DEAD_JOBS>["deadJobs"]>>;
