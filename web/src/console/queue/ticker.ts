// Browsers slow the timers of pages that nobody looks at to one a minute; a worker's keep their pace.
const BEAT_MS = 20_000;

setInterval(() => postMessage(null), BEAT_MS);
