import type { Shown } from "../chat.ts";
import { Composer } from "./Composer.tsx";
import { Icon } from "./icons.tsx";
import { Log } from "./Log.tsx";
import { useSurroundings } from "./useChat.ts";

function Header({ shown, title, onClose }: { shown: Shown; title: string; onClose: (() => void) | undefined }) {
  const { chat, t } = useSurroundings();
  const { status, operator } = shown.handoff;
  const answers = operator ? t("with", { name: operator }) : t("with_nobody");
  return (
    <header>
      <div class="who">
        <h2>{title}</h2>
        {status === "active" && <p>{answers}</p>}
      </div>
      {status === "none" && shown.phase === "ready" && (
        <button type="button" class="call" onClick={() => void chat.callPerson()}>
          <Icon name="person" />
          <span>{t("person")}</span>
        </button>
      )}
      {onClose && (
        <button type="button" class="plain" aria-label={t("close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}

/** Where the visitor stands while a person is called; the place is as of now. */
function Queue({ shown }: { shown: Shown }) {
  const { chat, t } = useSurroundings();
  const { place, waitSeconds } = shown.handoff;
  return (
    <div class="queue" role="status">
      <span class="pulse" aria-hidden="true" />
      <p>
        <strong>{t("waiting")}</strong> {place !== undefined && t("place", { n: place })}{" "}
        {waitSeconds !== undefined && t("wait", { n: Math.max(1, Math.ceil(waitSeconds / 60)) })}
      </p>
      <button type="button" class="link" onClick={() => void chat.withdraw()}>
        {t("withdraw")}
      </button>
    </div>
  );
}

function Notices({ shown }: { shown: Shown }) {
  const { chat, t } = useSurroundings();
  const offline = !navigator.onLine || !shown.connected;
  return (
    <>
      {shown.handoff.status === "waiting" && <Queue shown={shown} />}
      {offline && shown.phase !== "unavailable" && (
        <p class="notice late" role="status">
          {t("offline")}
        </p>
      )}
      {shown.trouble && (
        <p class="notice bad" role="alert">
          {t(shown.trouble.key, shown.trouble)}
        </p>
      )}
      {shown.phase === "unavailable" && (
        <p class="notice bad" role="alert">
          {t("unavailable")}{" "}
          <button type="button" class="link" onClick={() => void chat.start(true)}>
            {t("retry")}
          </button>
        </p>
      )}
    </>
  );
}

interface Props {
  shown: Shown;
  title: string;
  focused: boolean;
  /** Left out where the chat is a part of the page. */
  onClose?: () => void;
}

export function Panel({ shown, title, focused, onClose }: Props) {
  const { chat } = useSurroundings();
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    chat.uploads.add(event.dataTransfer?.files ?? []);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files may be dropped anywhere; the button does the same
    <div class="panel" onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      <Header shown={shown} title={title} onClose={onClose} />
      <Log shown={shown} />
      <Notices shown={shown} />
      <Composer shown={shown} focused={focused} />
    </div>
  );
}
