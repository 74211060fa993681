import { useEffect, useRef, useState } from "preact/hooks";
import type { Shown } from "../chat.ts";
import type { Draft } from "../uploads.ts";
import { Icon } from "./icons.tsx";
import { useSurroundings } from "./useChat.ts";

const LONGEST = 20_000;

function Drafts({ drafts }: { drafts: Draft[] }) {
  const { chat, t } = useSurroundings();
  return (
    <ul class="drafts">
      {drafts.map((draft) => (
        <li key={draft.key} class="draft">
          <Icon name="file" />
          <span>{draft.name}</span>
          {!draft.sent && (
            <progress
              max={100}
              value={draft.percent}
              aria-label={t("uploading", { name: draft.name, n: draft.percent })}
            />
          )}
          <button
            type="button"
            class="plain"
            aria-label={t("remove", { name: draft.name })}
            onClick={() => chat.uploads.remove(draft.key)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Attach() {
  const { chat, t } = useSurroundings();
  const input = useRef<HTMLInputElement>(null);
  const chosen = () => {
    chat.uploads.add(input.current?.files ?? []);
    if (input.current) input.current.value = "";
  };
  return (
    <>
      <input ref={input} type="file" multiple hidden onChange={chosen} aria-label={t("attach")} tabIndex={-1} />
      <button
        type="button"
        class="plain"
        aria-label={t("attach")}
        title={t("attach")}
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" />
      </button>
    </>
  );
}

function useGrowing(text: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes it higher
  useEffect(() => {
    if (!field.current) return;
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, 140)}px`;
  }, [text]);
  return field;
}

export function Composer({ shown, focused }: { shown: Shown; focused: boolean }) {
  const { chat, t } = useSurroundings();
  const [text, setText] = useState("");
  const field = useGrowing(text);
  const uploading = shown.drafts.some(({ sent }) => !sent);
  const ready = !uploading && (text.trim() !== "" || shown.drafts.length > 0) && shown.phase !== "unavailable";
  useEffect(() => {
    if (focused) field.current?.focus({ preventScroll: true });
  }, [focused, field]);
  // The button that was pressed may be gone with the state: keys must not fall out of the chat.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the state is what takes it away
  useEffect(() => {
    if (focused && document.activeElement === document.body) field.current?.focus({ preventScroll: true });
  }, [shown.handoff.status]);
  const send = () => {
    if (!ready) return;
    chat.say(text);
    setText("");
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = event.clipboardData?.files;
    if (!files?.length) return;
    event.preventDefault();
    chat.uploads.add(files);
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {shown.drafts.length > 0 && <Drafts drafts={shown.drafts} />}
      <div class="row">
        <Attach />
        <textarea
          ref={field}
          rows={1}
          maxLength={LONGEST}
          value={text}
          aria-label={t("message")}
          placeholder={t("placeholder")}
          onInput={(event) => {
            setText(event.currentTarget.value);
            chat.typing();
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <button type="submit" class="send" aria-label={t("send")} disabled={!ready}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}
