import type { TadaDocumentNode } from "gql.tada";
import type { Answer, Names } from "./http.ts";

const PING_MS = 20_000;
const PATIENCE_MS = 10_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

interface Watched<Result, Variables> {
  document: TadaDocumentNode<Result, Variables>;
  /** Asked at each connection: `after` is then the last that was heard. */
  variables: () => Variables;
  onData: (data: Result) => void;
  /** The server ended the subscription, and says why. */
  onRefused: (code: string, seq?: number) => void;
  onState: (connected: boolean) => void;
}

interface Frame {
  type: string;
  payload?: unknown;
}

/**
 * One subscription over graphql-transport-ws (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md), for as
 * long as the page stands: lost connections are made again, with growing pauses and as soon as the browser is online.
 */
export class Live<Result, Variables> {
  private socket: WebSocket | undefined;
  private pause = FIRST_PAUSE_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private beat: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  constructor(
    private readonly url: string,
    private readonly names: Names,
    private readonly watched: Watched<Result, Variables>,
  ) {
    addEventListener("online", this.now);
    document.addEventListener("visibilitychange", this.seen);
    this.connect();
  }

  /** Connect at once where there is no connection. */
  readonly now = (): void => {
    if (!this.socket && !this.stopped) this.connect();
  };

  stop(): void {
    this.stopped = true;
    removeEventListener("online", this.now);
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.timer);
    this.drop();
  }

  private readonly seen = (): void => {
    if (!document.hidden) this.now();
  };

  private connect(): void {
    clearTimeout(this.timer);
    const socket = new WebSocket(this.url, "graphql-transport-ws");
    this.socket = socket;
    this.expectLife();
    socket.onopen = () => this.say({ type: "connection_init", payload: this.names() });
    socket.onmessage = ({ data }) => {
      if (socket === this.socket) this.hear(JSON.parse(data));
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
  }

  private hear({ type, payload }: Frame): void {
    this.expectLife();
    if (type === "ping") this.say({ type: "pong" });
    if (type === "connection_ack") {
      this.say({
        type: "subscribe",
        id: "1",
        payload: { query: this.watched.document, variables: this.watched.variables() },
      });
      this.pause = FIRST_PAUSE_MS;
      this.watched.onState(true);
    }
    if (type === "next") {
      const answer = payload as Answer<Result>;
      if (answer.data && !answer.errors) this.watched.onData(answer.data);
      else this.refuse(answer);
    }
    if (type === "error") this.refuse({ errors: payload as NonNullable<Answer<Result>["errors"]> });
    if (type === "complete") this.lost();
  }

  private refuse({ errors }: Answer<Result>): void {
    const { code = "INTERNAL_ERROR", seq } = errors?.[0]?.extensions ?? {};
    this.lost();
    this.watched.onRefused(code, seq);
  }

  /** Two silent whiles in a row are the end of a connection that no one has closed. */
  private expectLife(): void {
    clearTimeout(this.beat);
    this.beat = setTimeout(() => {
      this.say({ type: "ping" });
      this.beat = setTimeout(() => this.lost(), PATIENCE_MS);
    }, PING_MS);
  }

  private say(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private lost(): void {
    this.drop();
    if (this.stopped) return;
    this.watched.onState(false);
    this.timer = setTimeout(this.now, this.pause * (0.5 + Math.random()));
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MS);
  }

  private drop(): void {
    clearTimeout(this.beat);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }
}
