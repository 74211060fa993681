import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Shown } from "../chat.ts";
import type { Said } from "../operations.ts";
import type { Pending } from "../state.ts";
import { Message, Words } from "./Message.tsx";
import { useSurroundings } from "./useChat.ts";

const NEAR_PX = 80;

function Waiting({ pending }: { pending: Pending }) {
  const { chat, t } = useSurroundings();
  return (
    <div class={`message own ${pending.failed ? "failed" : "pending"}`}>
      <div class="bubble">
        {pending.text && <Words text={pending.text} />}
        {pending.files.map((file) => (
          <small key={file.publicId}>{file.fileName}</small>
        ))}
      </div>
      {pending.failed ? (
        <span class="fate">
          {t("failed")}
          <button type="button" class="link" onClick={() => chat.outbox.retry(pending.clientId)}>
            {t("retry")}
          </button>
          <button type="button" class="link" onClick={() => chat.outbox.discard(pending.clientId)}>
            {t("discard")}
          </button>
        </span>
      ) : (
        <span class="fate late">{t("pending")}</span>
      )}
    </div>
  );
}

/** What is being written: shown to eyes alone, for a reader is told the whole when it is there. */
function Writing({ shown, name }: { shown: Shown; name: string }) {
  const { t } = useSurroundings();
  const text = shown.words && !shown.words.torn ? shown.words.text : "";
  return (
    <div class="message assistant writing">
      <span class="hidden" role="status">
        {t("writing", { name })}
      </span>
      <div class="bubble" aria-hidden="true">
        {text && <Words text={text} />}
        <span class="dots">
          <i />
          <i />
          <i />
        </span>
      </div>
    </div>
  );
}

function Day({ at }: { at: string }) {
  const { t, language } = useSurroundings();
  const day = new Date(at);
  const today = day.toDateString() === new Date().toDateString();
  return <p class="day">{today ? t("today") : day.toLocaleDateString(language, { day: "numeric", month: "long" })}</p>;
}

function Run({ message, before }: { message: Said; before: Said | undefined }) {
  const day = (said: Said) => new Date(said.createdAt).toDateString();
  const sameDay = before !== undefined && day(before) === day(message);
  const same = before?.authorKind === message.authorKind && before.operatorName === message.operatorName;
  return (
    <>
      {!sameDay && <Day at={message.createdAt} />}
      <Message message={message} named={!sameDay || !same} />
    </>
  );
}

/** The end stays in sight, unless the visitor has gone back to read. */
function useEndInSight(shown: Shown) {
  const log = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const count = shown.messages.length + shown.pending.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what makes the log longer
  useLayoutEffect(() => {
    if (log.current && follows.current) log.current.scrollTop = log.current.scrollHeight;
  }, [count, shown.words?.length, shown.awaiting, shown.typing, shown.handoff.status]);
  useEffect(() => {
    const element = log.current;
    if (!element) return;
    const resized = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight;
    });
    for (const each of [element, element.firstElementChild]) if (each) resized.observe(each);
    return () => resized.disconnect();
  }, []);
  const onScroll = () => {
    const element = log.current;
    if (element) follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
  };
  return { log, onScroll };
}

export function Log({ shown }: { shown: Shown }) {
  const { t } = useSurroundings();
  const { log, onScroll } = useEndInSight(shown);
  const assistant = shown.assistant?.name ?? t("assistant");
  const writes = shown.typing === null ? assistant : shown.typing || t("operator");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keys
    <div class="log" ref={log} onScroll={onScroll} role="log" aria-label={t("log")} tabIndex={0}>
      <div class="lines">
        {shown.phase === "loading" && !shown.messages.length && <p class="note">{t("loading")}</p>}
        {shown.phase !== "loading" && (
          <div class="message assistant greeting">
            <div class="bubble">
              <Words text={t("greeting")} />
            </div>
          </div>
        )}
        {shown.messages.map((message, index) => (
          <Run key={message.id} message={message} before={shown.messages[index - 1]} />
        ))}
        {shown.pending.map((pending) => (
          <Waiting key={pending.clientId} pending={pending} />
        ))}
        {(shown.words || shown.awaiting || shown.typing !== null) && <Writing shown={shown} name={writes} />}
      </div>
    </div>
  );
}
