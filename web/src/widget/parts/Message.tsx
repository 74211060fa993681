import type { Said } from "../operations.ts";
import { pieces } from "../richText.ts";
import type { Language } from "../texts.ts";
import { Icon } from "./icons.tsx";
import { useSurroundings } from "./useChat.ts";

export function Words({ text }: { text: string }) {
  return (
    <p class="text">
      {pieces(text).map((piece) => {
        if (piece.kind === "strong") return <strong key={piece.at}>{piece.text}</strong>;
        if (piece.kind === "text") return piece.text;
        return (
          <a key={piece.at} href={piece.text} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        );
      })}
    </p>
  );
}

export function sizeOf(bytes: number, language: Language): string {
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "kilobyte"] : [bytes / 1024 / 1024, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(
    Math.max(value, 0.1),
  );
}

function Files({ message }: { message: Said }) {
  const { chat, language } = useSurroundings();
  return (
    <ul class="files">
      {message.attachments.map((file) => {
        const address = chat.addressOf(file.url);
        return (
          <li key={file.publicId}>
            <a class="file" href={address} target="_blank" rel="noopener noreferrer">
              {file.mimeType.startsWith("image/") && (
                // The page's policy may forbid foreign images: the link stays.
                <img src={address} alt="" loading="lazy" onError={(event) => event.currentTarget.remove()} />
              )}
              <Icon name="file" />
              <span>{file.fileName}</span>
              <small>{sizeOf(file.sizeBytes, language)}</small>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function Sources({ message }: { message: Said }) {
  const { t } = useSurroundings();
  return (
    <details class="sources">
      <summary>{t("sources", { n: message.citations.length })}</summary>
      <ol>
        {message.citations.map((citation) => (
          <li key={citation.source + citation.quote}>
            <cite>{citation.source}</cite>
            <blockquote>{citation.quote}</blockquote>
          </li>
        ))}
      </ol>
    </details>
  );
}

const SIDES = { CUSTOMER: "own", ASSISTANT: "assistant", OPERATOR: "operator", SYSTEM: "system" } as const;

/** One stored message; `named` where it begins a run of one author's. */
export function Message({ message, named }: { message: Said; named: boolean }) {
  const { chat, t, language } = useSurroundings();
  const names = {
    CUSTOMER: t("you"),
    ASSISTANT: chat.shown.assistant?.name ?? t("assistant"),
    OPERATOR: message.operatorName || t("operator"),
    SYSTEM: "",
  };
  const at = new Date(message.createdAt);
  return (
    <div class={`message ${SIDES[message.authorKind]}`} data-message={message.id}>
      {named && message.authorKind !== "SYSTEM" && (
        <span class={message.authorKind === "CUSTOMER" ? "hidden" : "author"}>{names[message.authorKind]}</span>
      )}
      <div class="bubble">
        {message.text && <Words text={message.text} />}
        {message.attachments.length > 0 && <Files message={message} />}
        {message.citations.length > 0 && <Sources message={message} />}
      </div>
      <time dateTime={message.createdAt} title={at.toLocaleString(language)}>
        {at.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" })}
      </time>
    </div>
  );
}
