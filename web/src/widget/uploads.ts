import { type Api, Refusal } from "./http.ts";
import { newId } from "./identity.ts";
import { removeUploadMutation, uploadMutation } from "./operations.ts";
import type { Sent } from "./state.ts";

const MOST = 10;

/** A file beside the message that is being written. */
export interface Draft {
  key: string;
  name: string;
  percent: number;
  sent?: Sent;
}

export interface Trouble {
  key: "too_large" | "unsupported" | "too_many" | "upload_failed" | "busy" | "went_wrong";
  name?: string;
  n?: number;
}

interface Desk {
  /** Makes the visitor somebody: files belong to them. */
  ready: () => Promise<unknown>;
  largest: () => number;
  onChange: (drafts: Draft[]) => void;
  onTrouble: (trouble: Trouble) => void;
}

export class Uploads {
  private drafts: Draft[] = [];
  private readonly running = new Map<string, AbortController>();

  constructor(
    private readonly api: Api,
    private readonly desk: Desk,
  ) {}

  /** Those that are stored, to be sent with a message; they leave the list. */
  take(): Sent[] {
    const sent = this.drafts.flatMap((draft) => draft.sent ?? []);
    this.show(this.drafts.filter((draft) => !draft.sent));
    return sent;
  }

  add(files: Iterable<File>): void {
    for (const file of [...files].slice(0, MOST - this.drafts.length)) {
      const most = this.desk.largest();
      if (file.size > most) {
        this.desk.onTrouble({ key: "too_large", name: file.name, n: Math.floor(most / 1024 / 1024) });
      } else void this.upload(file);
    }
  }

  remove(key: string): void {
    const gone = this.drafts.find((draft) => draft.key === key);
    this.running.get(key)?.abort();
    this.show(this.drafts.filter((draft) => draft !== gone));
    // Nobody is told where it fails: what is not sent is removed in a day anyway.
    if (gone?.sent) void this.api.ask(removeUploadMutation, { id: gone.sent.publicId }).catch(() => undefined);
  }

  private async upload(file: File): Promise<void> {
    const key = newId();
    const control = new AbortController();
    this.running.set(key, control);
    this.show([...this.drafts, { key, name: file.name, percent: 0 }]);
    const change = (by: Partial<Draft>) =>
      this.show(this.drafts.map((draft) => (draft.key === key ? { ...draft, ...by } : draft)));
    try {
      await this.desk.ready();
      const { uploadFile } = await this.api.upload(
        uploadMutation,
        file,
        (percent) => change({ percent }),
        control.signal,
      );
      if (uploadFile) change({ percent: 100, name: uploadFile.fileName, sent: uploadFile });
    } catch (error) {
      this.show(this.drafts.filter((draft) => draft.key !== key));
      this.desk.onTrouble(troubleOf(error, file.name, this.desk.largest()));
    } finally {
      this.running.delete(key);
    }
  }

  private show(drafts: Draft[]): void {
    this.drafts = drafts;
    this.desk.onChange(drafts);
  }
}

export function troubleOf(error: unknown, name: string, largest: number): Trouble {
  switch (error instanceof Refusal ? error.code : "") {
    case "FILE_TOO_LARGE":
      return { key: "too_large", name, n: Math.floor(largest / 1024 / 1024) };
    case "UNSUPPORTED_FORMAT":
    case "UNREADABLE_DOCUMENT":
    case "FILE_INFECTED":
      return { key: "unsupported", name };
    case "RATE_LIMIT_EXCEEDED":
    case "QUOTA_EXCEEDED":
      return { key: "too_many" };
    default:
      return { key: "upload_failed", name };
  }
}
