import { type Api, Refusal } from "./http.ts";
import { isForgotten, isStranger, newId } from "./identity.ts";
import type { Memory } from "./memory.ts";
import { type Said, sendMutation } from "./operations.ts";
import type { Pending, Sent } from "./state.ts";

const AGAIN_MS = 4_000;
const LATER = ["RATE_LIMIT_EXCEEDED", "SERVICE_UNAVAILABLE", "INTERNAL_ERROR"];

interface Post {
  /** The dialog to write to; opened where there is none. */
  dialog: () => Promise<string>;
  onChange: () => void;
  onSent: (message: Said) => void;
  /** The dialog, or the guest, is no more: the next try begins anew. */
  onLost: (guestToo: boolean) => void;
}

/**
 * What the visitor wrote and the server has not confirmed, in their order. Each has a number of its own: sent again
 * after a lost answer, or by another tab, it is stored once.
 */
export class Outbox {
  private sending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: Api,
    private readonly memory: Memory,
    private readonly post: Post,
  ) {}

  all(): Pending[] {
    return this.memory.read().outbox ?? [];
  }

  add(text: string, files: Sent[]): void {
    this.change((all) => [...all, { clientId: newId(), text, files }]);
    void this.flush();
  }

  discard(clientId: string): void {
    this.change((all) => all.filter((each) => each.clientId !== clientId));
  }

  /** Try those again that were refused, in their old places. */
  retry(clientId: string): void {
    this.change((all) => all.map((each) => (each.clientId === clientId ? { ...each, failed: false } : each)));
    void this.flush();
  }

  /** Send what waits, one after the other, until one does not get through. */
  async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    clearTimeout(this.timer);
    try {
      for (let next = this.next(); next; next = this.next()) await this.send(next);
    } catch (error) {
      const pause = error instanceof Refusal ? error.again * 1000 : 0;
      this.timer = setTimeout(() => void this.flush(), Math.max(pause, AGAIN_MS));
    } finally {
      this.sending = false;
    }
  }

  private next(): Pending | undefined {
    return this.all().find(({ failed }) => !failed);
  }

  /** Raises what says that later is another day; what is refused for good is marked. */
  private async send(pending: Pending, again = true): Promise<void> {
    try {
      const dialogId = await this.post.dialog();
      const input = {
        text: pending.text,
        clientId: pending.clientId,
        attachments: pending.files.map(({ publicId }) => publicId),
      };
      const { sendDialogMessage: said } = await this.api.ask(sendMutation, { dialogId, input });
      if (said) this.post.onSent(said);
      this.discard(pending.clientId);
    } catch (error) {
      if (again && (isForgotten(error) || isStranger(error))) {
        this.post.onLost(isStranger(error));
        return this.send(pending, false);
      }
      if (!(error instanceof Refusal) || LATER.includes(error.code)) throw error;
      this.change((all) => all.map((each) => (each.clientId === pending.clientId ? { ...each, failed: true } : each)));
    }
  }

  private change(by: (all: Pending[]) => Pending[]): void {
    this.memory.write((kept) => ({ ...kept, outbox: by(kept.outbox ?? []) }));
    this.post.onChange();
  }
}
