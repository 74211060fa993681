import { useCallback, useRef, useState } from "react";
import { useMutation } from "urql";
import { useErrorText } from "../parts/errors.ts";
import { uploadFile } from "../parts/upload.ts";
import { DROP_UPLOAD, UPLOAD } from "./documents.ts";

/** A file on its way: `share` of it has left, 0 to 1; it has a `publicId` once it is there. */
export interface PendingUpload {
  key: number;
  file: File;
  share: number;
  publicId: string | null;
  error: string | null;
}

interface Uploads {
  uploads: PendingUpload[];
  add: (files: File[]) => void;
  remove: (key: number) => void;
  clear: () => void;
}

export const MOST_FILES = 10;

/** Files that go with the next message: each is sent as it is chosen, and can be taken back. */
export function useUploads(): Uploads {
  const [uploads, setUploads] = useState<PendingUpload[]>([]);
  const running = useRef(new Map<number, AbortController>());
  const next = useRef(1);
  const [, drop] = useMutation(DROP_UPLOAD);
  const errorText = useErrorText();

  const change = useCallback((key: number, news: Partial<PendingUpload>) => {
    setUploads((all) => all.map((each) => (each.key === key ? { ...each, ...news } : each)));
  }, []);

  const start = useCallback(
    async (upload: PendingUpload) => {
      const stop = new AbortController();
      running.current.set(upload.key, stop);
      try {
        const told = (share: number) => change(upload.key, { share });
        const data = await uploadFile(UPLOAD, {}, upload.file, told, stop.signal);
        change(upload.key, { share: 1, publicId: data.uploadFile?.publicId ?? null });
      } catch (error) {
        if (!stop.signal.aborted) change(upload.key, { error: errorText(error as Error) });
      } finally {
        running.current.delete(upload.key);
      }
    },
    [change, errorText],
  );

  const add = (files: File[]) => {
    const room = MOST_FILES - uploads.length;
    const chosen = files.slice(0, Math.max(0, room)).map((file) => ({
      key: next.current++,
      file,
      share: 0,
      publicId: null,
      error: null,
    }));
    setUploads((all) => [...all, ...chosen]);
    for (const each of chosen) void start(each);
  };

  const remove = (key: number) => {
    running.current.get(key)?.abort();
    const gone = uploads.find((each) => each.key === key);
    if (gone?.publicId) void drop({ id: gone.publicId });
    setUploads((all) => all.filter((each) => each.key !== key));
  };

  return { uploads, add, remove, clear: useCallback(() => setUploads([]), []) };
}
