import { useState } from "react";
import { useErrorText } from "../parts/errors.ts";
import { uploadFile } from "../parts/upload.ts";
import { UPLOAD_FILE } from "./documents.ts";

/** A file that leaves this browser. `share` is what has left of it, 0 to 1. */
export interface Sending {
  key: number;
  name: string;
  share: number;
  error: string | null;
}

let lastKey = 0;

/** Sends files one after the other, so that many of them do not crowd each other out. */
export function useUploads(assistantId: string | null, onUploaded: () => void) {
  const [sending, setSending] = useState<Sending[]>([]);
  const text = useErrorText();
  const change = (key: number, changed: Partial<Sending>) =>
    setSending((all) => all.map((each) => (each.key === key ? { ...each, ...changed } : each)));
  const forget = (key: number) => setSending((all) => all.filter((each) => each.key !== key));
  const send = async (files: File[]) => {
    const queue = files.map((file) => ({ file, key: ++lastKey }));
    const rows = queue.map(({ file, key }) => ({ key, name: file.name, share: 0, error: null }));
    setSending((all) => [...all.filter((each) => each.error === null), ...rows]);
    for (const { file, key } of queue) {
      try {
        await uploadFile(UPLOAD_FILE, { assistantId }, file, (share) => change(key, { share }));
        forget(key);
        onUploaded();
      } catch (error) {
        change(key, { error: text(error as Error) });
      }
    }
  };
  return { sending, send, forget };
}
