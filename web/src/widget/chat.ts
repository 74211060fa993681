import { loaded } from "./history.ts";
import { Api, Refusal } from "./http.ts";
import { isForgotten, isStranger, newId, openedDialog } from "./identity.ts";
import { Memory } from "./memory.ts";
import {
  askForPersonMutation,
  eventsSubscription,
  placeQuery,
  siteQuery,
  typingMutation,
  withdrawMutation,
} from "./operations.ts";
import { Outbox } from "./outbox.ts";
import type { Settings } from "./settings.ts";
import { Live } from "./socket.ts";
import { heard, INITIAL, received, type State } from "./state.ts";
import { type Draft, type Trouble, Uploads } from "./uploads.ts";

const OF_INTEREST_MS = 7 * 24 * 3600_000;
const OWED_MS = 60_000;
const TYPED_MS = 6_000;
const PLACE_MS = 15_000;
/** Links to files end after ten minutes. */
const LINKS_MS = 8 * 60_000;

export interface Shown extends State {
  drafts: Draft[];
  trouble: Trouble | null;
}

/** The visitor's dialog: what is shown, and what they can do. The page's only one. */
export class Chat {
  shown: Shown = { ...INITIAL, drafts: [], trouble: null };
  readonly outbox: Outbox;
  readonly uploads: Uploads;
  private readonly api: Api;
  private readonly memory: Memory;
  private readonly watchers = new Set<() => void>();
  private live: Live<unknown, unknown> | undefined;
  private owed: ReturnType<typeof setTimeout> | undefined;
  private faded: ReturnType<typeof setTimeout> | undefined;
  private typedAt = 0;

  constructor(private readonly settings: Settings) {
    this.memory = new Memory(settings.siteToken);
    this.api = new Api(settings.origin, this.names);
    this.outbox = new Outbox(this.api, this.memory, {
      dialog: () => this.dialog(),
      onChange: () => this.set({ pending: this.outbox.all() }),
      onSent: (message) => this.put((state) => received(state, message)),
      onLost: (guestToo) => this.forget(guestToo),
    });
    this.uploads = new Uploads(this.api, {
      ready: () => this.dialog(),
      largest: () => this.shown.assistant?.largestUpload ?? Number.POSITIVE_INFINITY,
      onChange: (drafts) => this.set({ drafts }),
      onTrouble: (trouble) => this.set({ trouble }),
    });
    const kept = this.memory.read();
    this.shown = { ...this.shown, pending: this.outbox.all(), seen: kept.seen ?? 0 };
    this.memory.onChange(() => this.follow());
    addEventListener("online", () => void this.outbox.flush());
    for (const event of ["online", "offline"]) addEventListener(event, () => this.set({}));
    setInterval(() => void this.refreshPlace(), PLACE_MS);
    setInterval(() => void this.refreshLinks(), LINKS_MS);
    if (kept.dialogId && Date.now() - (kept.usedAt ?? 0) < OF_INTEREST_MS) void this.start();
    if (this.shown.pending.length) void this.outbox.flush();
  }

  watch(onChange: () => void): () => void {
    this.watchers.add(onChange);
    return () => this.watchers.delete(onChange);
  }

  /** Read what there is, and go on live. What fails is tried again by whoever asks next. */
  async start(again = false): Promise<void> {
    if (this.shown.phase !== "idle" && !(again && this.shown.phase === "unavailable")) return;
    this.set({ phase: "loading" });
    try {
      const { siteAssistant } = await this.api.ask(siteQuery, { siteToken: this.settings.siteToken });
      if (!siteAssistant) return this.set({ phase: "unavailable" });
      this.set({ assistant: siteAssistant, connected: true });
      await this.read();
      this.set({ phase: "ready" });
    } catch (error) {
      if (error instanceof Refusal) return this.set({ phase: "unavailable" });
      this.set({ phase: "idle", connected: false });
      setTimeout(() => void this.start(), PLACE_MS);
    }
  }

  /** Addresses of files are paths of Opora's own host. */
  addressOf(path: string): string {
    return this.settings.origin + path;
  }

  /** All that is shown has been seen. */
  saw(): void {
    const last = Number(this.shown.messages.at(-1)?.id ?? 0);
    if (last <= this.shown.seen) return;
    this.set({ seen: last });
    this.memory.write((kept) => ({ ...kept, seen: last, usedAt: Date.now() }));
  }

  say(text: string): void {
    this.set({ trouble: null });
    this.outbox.add(text.trim(), this.uploads.take());
  }

  async callPerson(): Promise<void> {
    const asked = this.shown.messages.filter(({ authorKind }) => authorKind === "CUSTOMER").at(-1);
    await this.attempt(async () => {
      const dialogId = await this.dialog();
      await this.api.ask(askForPersonMutation, { dialogId, requestId: newId(), text: asked?.text.slice(0, 500) ?? "" });
    }, "HANDOFF_ALREADY_REQUESTED");
  }

  async withdraw(): Promise<void> {
    await this.attempt(async () => {
      await this.api.ask(withdrawMutation, { dialogId: await this.dialog() });
    }, "HANDOFF_NOT_FOUND");
  }

  /** The visitor types: told at most every few seconds, and only where a person reads it. */
  typing(): void {
    const { dialogId } = this.memory.read();
    if (!dialogId || this.shown.handoff.status === "none" || Date.now() - this.typedAt < TYPED_MS / 2) return;
    this.typedAt = Date.now();
    // It passes by: nobody waits for it, and nothing is lost with it.
    void this.api.ask(typingMutation, { dialogId, isTyping: true }).catch(() => undefined);
  }

  private readonly names = (): Record<string, string> => {
    const { guestId } = this.memory.read();
    return { "X-Site-Token": this.settings.siteToken, ...(guestId ? { "X-Guest-Id": guestId } : {}) };
  };

  private async dialog(): Promise<string> {
    const id = await openedDialog(this.api, this.memory, this.settings.siteToken);
    if (!this.live) this.connect(id);
    return id;
  }

  /** Read the dialog that is remembered, and watch it from there on. */
  private async read(): Promise<void> {
    const { dialogId } = this.memory.read();
    if (!dialogId) return;
    try {
      this.put(await loaded(this.api, dialogId));
    } catch (error) {
      if (!isForgotten(error) && !isStranger(error)) throw error;
      return this.forget(isStranger(error));
    }
    this.connect(dialogId);
    void this.refreshPlace();
  }

  private connect(dialogId: string): void {
    this.live?.stop();
    const url = `${this.settings.origin.replace(/^http/, "ws")}/graphql`;
    this.live = new Live(url, this.names, {
      document: eventsSubscription,
      // A dialog that nobody has read yet is told from its beginning.
      variables: () => ({ dialogId, after: this.shown.lastSeq ?? 0 }),
      onData: ({ dialogEvents: update }) => {
        if (update) this.put((state) => heard(state, update));
        if (update?.__typename === "HandoffRequested" || update?.__typename === "HandoffReturned") {
          void this.refreshPlace();
        }
      },
      onRefused: (code, seq) => void this.refused(code, seq),
      onState: (connected) => {
        this.set({ connected });
        if (connected) void this.outbox.flush();
      },
    }) as Live<unknown, unknown>;
  }

  private async refused(code: string, seq: number | undefined): Promise<void> {
    if (code === "RESUME_FROM" && seq !== undefined) this.set({ lastSeq: seq });
    if (code === "NOT_FOUND" || code === "UNAUTHORIZED" || code === "ACCESS_REVOKED") {
      this.forget(code !== "NOT_FOUND");
    }
    if (code === "RESUME_EXPIRED") await this.read().catch(() => undefined);
  }

  private forget(guestToo: boolean): void {
    this.live?.stop();
    this.live = undefined;
    this.memory.write(({ dialogId: _, guestId, ...kept }) => (guestToo || !guestId ? kept : { ...kept, guestId }));
    this.put((state) => ({ ...INITIAL, phase: state.phase, assistant: state.assistant, pending: state.pending }));
  }

  /** Another tab has written: its messages wait here too, and its dialog is ours. */
  private follow(): void {
    const kept = this.memory.read();
    this.set({ pending: kept.outbox ?? [], seen: Math.max(kept.seen ?? 0, this.shown.seen) });
    if (kept.dialogId && !this.live) this.connect(kept.dialogId);
  }

  private async refreshPlace(): Promise<void> {
    const { dialogId } = this.memory.read();
    if (!dialogId || this.shown.handoff.status !== "waiting" || document.hidden) return;
    const found = await this.api.ask(placeQuery, { dialogId }).catch(() => null);
    const place = found?.handoffPlace;
    if (!place || this.shown.handoff.status !== "waiting") return;
    this.set({
      handoff: { ...this.shown.handoff, place: place.position, waitSeconds: place.estimatedWaitSeconds },
    });
  }

  private async refreshLinks(): Promise<void> {
    const { dialogId } = this.memory.read();
    const linked = this.shown.messages.some(({ attachments }) => attachments.length);
    if (!dialogId || !linked || document.hidden) return;
    const read = await loaded(this.api, dialogId).catch(() => null);
    if (read) this.put(read);
  }

  /** `fine` is the refusal that says that it is so already. */
  private async attempt(act: () => Promise<void>, fine: string): Promise<void> {
    this.set({ trouble: null });
    try {
      await act();
    } catch (error) {
      const code = error instanceof Refusal ? error.code : "";
      if (code === fine) return;
      this.set({ trouble: { key: code.includes("RATE_LIMIT") ? "busy" : "went_wrong" } });
    }
  }

  private put(change: (state: State) => State): void {
    const before = this.shown;
    this.set(change(before));
    if (this.shown.awaiting !== before.awaiting) {
      clearTimeout(this.owed);
      this.owed = setTimeout(() => this.set({ awaiting: null }), OWED_MS);
    }
    if (this.shown.typing !== before.typing) {
      clearTimeout(this.faded);
      this.faded = setTimeout(() => this.set({ typing: null }), TYPED_MS);
    }
  }

  private set(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    for (const changed of this.watchers) changed();
  }
}
