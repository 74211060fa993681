"""Prometheus metrics that more than one layer counts. Names and labels are part of the product: dashboards use them."""

import os

from prometheus_client import Counter, Gauge, Histogram

MODEL_CALLS = Counter(
    "opora_model_calls_total",
    "Attempts at a model endpoint; kind: chat, embeddings, speech; outcome: ok or the reason of the failure",
    ("kind", "outcome"),
)
MODEL_SECONDS = Histogram(
    "opora_model_seconds",
    "Duration of one attempt at a model endpoint (of a stream: until its first token)",
    ("kind",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)

RELAY_LAG = Gauge(
    "opora_relay_lag_seconds",
    "Age of the oldest event of the last batch when the relay handed it on; while it cannot, of the oldest waiting",
    multiprocess_mode="mostrecent",
)
EVENTS_PUBLISHED = Counter("opora_events_published_total", "Events that the relay handed to Redis")
JOBS_SENT = Counter("opora_jobs_sent_total", "Jobs that the relay handed to the broker", ("task",))
JOBS = Counter(
    "opora_jobs_total",
    "Attempts at jobs; outcome: done, failed (to be tried again), dead, superseded, released, stale",
    ("task", "outcome"),
)
JOB_SECONDS = Histogram(
    "opora_job_seconds",
    "Duration of one attempt at a job",
    ("task",),
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
EVENT_FANOUT = Counter("opora_event_fanout_total", "Events queued for subscribers of this process, once for each")
SUBSCRIBERS = Gauge("opora_subscribers", "Open subscriptions of this process", multiprocess_mode="livesum")
SUBSCRIPTIONS_CUT = Counter(
    "opora_subscriptions_cut_total", "Subscriptions ended by the server; reason: the code of the error", ("reason",)
)

IDEMPOTENT_REQUESTS = Counter(
    "opora_idempotent_requests_total",
    "Requests with an Idempotency-Key; outcome: carried_out, replayed, refused (nothing done, the key is free again),"
    " reused (for another request), in_progress, lost (done, the answer not kept), too_large (done, not kept)",
    ("outcome",),
)

LOG_LINES_DROPPED = Counter("opora_log_lines_dropped_total", "Lines of the log that could not be stored for dashboards")


def counts_are_shared() -> bool:
    """Whether the processes beside this one count into a common folder, as `opora up` has them do.

    The variable is the metrics library's own; it reads it once, when it is imported.
    """
    return bool(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))
