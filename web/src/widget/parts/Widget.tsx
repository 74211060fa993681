import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Chat } from "../chat.ts";
import type { Settings } from "../settings.ts";
import { unread } from "../state.ts";
import { chosenLanguage, translator } from "../texts.ts";
import { Icon } from "./icons.tsx";
import { Panel } from "./Panel.tsx";
import { ChatContext, useShown } from "./useChat.ts";

const PHONE = "(max-width: 480px)";

export interface Commands {
  open: () => void;
  close: () => void;
}

/** The language that the page has now: some change theirs without loading anew. */
function useLanguage(given: Settings["language"]) {
  const [language, setLanguage] = useState(() => chosenLanguage(given));
  useEffect(() => {
    const observer = new MutationObserver(() => setLanguage(chosenLanguage(given)));
    observer.observe(document.documentElement, { attributeFilter: ["lang"] });
    return () => observer.disconnect();
  }, [given]);
  return useMemo(() => ({ language, t: translator(language) }), [language]);
}

function useSeen(chat: Chat, visible: boolean, count: number) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another message is another thing to see
  useEffect(() => {
    const see = () => {
      if (visible && !document.hidden) chat.saw();
    };
    see();
    document.addEventListener("visibilitychange", see);
    return () => document.removeEventListener("visibilitychange", see);
  }, [chat, visible, count]);
}

/** On a phone the open chat is the page: keys stay inside, and what is behind does not scroll. */
function useFullScreen(open: boolean, host: HTMLElement) {
  useEffect(() => {
    if (!open || !matchMedia(PHONE).matches) return;
    const before = document.documentElement.style.overflow;
    document.documentElement.style.overflow = "hidden";
    // The keyboard takes room from the visual viewport alone.
    const resize = () => host.style.setProperty("--height", `${visualViewport?.height ?? innerHeight}px`);
    resize();
    visualViewport?.addEventListener("resize", resize);
    return () => {
      document.documentElement.style.overflow = before;
      visualViewport?.removeEventListener("resize", resize);
    };
  }, [open, host]);
}

function keepInside(event: KeyboardEvent, box: HTMLElement | null) {
  if (event.key !== "Tab" || !box || !matchMedia(PHONE).matches) return;
  const reachable = [...box.querySelectorAll<HTMLElement>("button:not(:disabled),textarea,a,summary,[tabindex='0']")];
  const active = (box.getRootNode() as ShadowRoot).activeElement;
  const edge = event.shiftKey ? reachable[0] : reachable.at(-1);
  if (active !== edge) return;
  event.preventDefault();
  (event.shiftKey ? reachable.at(-1) : reachable[0])?.focus();
}

interface Props {
  chat: Chat;
  settings: Settings;
  host: HTMLElement;
  onCommands: (commands: Commands) => void;
}

export function Widget({ chat, settings, host, onCommands }: Props) {
  const { language, t } = useLanguage(settings.language);
  const shown = useShown(chat);
  const [open, setOpen] = useState(false);
  const launcher = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const title = settings.title ?? shown.assistant?.name ?? t("title");
  useSeen(chat, open, shown.messages.length);
  useFullScreen(open, host);
  useEffect(() => {
    onCommands({ open: () => setOpen(true), close: () => setOpen(false) });
  }, [onCommands]);
  useEffect(() => {
    if (open) void chat.start();
  }, [open, chat]);
  const left = useRef(false);
  // Once it is drawn: on a phone the button is not there while the chat is.
  useEffect(() => {
    if (!open && left.current) launcher.current?.focus();
    left.current = false;
  }, [open]);
  const close = () => {
    left.current = true;
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.isComposing) close();
    else keepInside(event, box.current);
  };
  const waiting = unread(shown);
  const label = open ? t("close") : waiting ? `${t("open")}. ${t("unread", { n: waiting })}` : t("open");
  return (
    <ChatContext.Provider value={{ chat, t, language }}>
      <div class={`place ${settings.side}`} lang={language}>
        {open && (
          <div
            class="box"
            ref={box}
            role="dialog"
            aria-label={title}
            aria-modal={matchMedia(PHONE).matches}
            onKeyDown={onKeyDown}
          >
            <Panel shown={shown} title={title} focused onClose={close} />
          </div>
        )}
        <button
          type="button"
          class="launcher"
          ref={launcher}
          aria-label={label}
          aria-expanded={open}
          onClick={() => (open ? close() : setOpen(true))}
        >
          <Icon name={open ? "down" : "chat"} />
          {!open && waiting > 0 && <span class="badge">{waiting > 99 ? "99+" : waiting}</span>}
        </button>
        <span class="hidden" role="status">
          {!open && waiting > 0 ? t("unread", { n: waiting }) : ""}
        </span>
      </div>
    </ChatContext.Provider>
  );
}

/** The chat as a part of the page. */
export function InlineChat({ chat, settings }: Pick<Props, "chat" | "settings">) {
  const { language, t } = useLanguage(settings.language);
  const shown = useShown(chat);
  const title = settings.title ?? shown.assistant?.name ?? t("title");
  useSeen(chat, true, shown.messages.length);
  useEffect(() => void chat.start(), [chat]);
  return (
    <ChatContext.Provider value={{ chat, t, language }}>
      <section class="box inline" lang={language} aria-label={title}>
        <Panel shown={shown} title={title} focused={false} />
      </section>
    </ChatContext.Provider>
  );
}
