import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Citation } from "./documents.ts";
import { pieces } from "./markup.ts";

interface MessageTextProps {
  text: string;
  citations: Citation[];
  onCite: (citation: Citation) => void;
}

/** The words of a message: addresses are links, markers of citations open their passage. */
export function MessageText({ text, citations, onCite }: MessageTextProps) {
  const { t } = useTranslation("conversation");
  return (
    <div className="prose">
      {pieces(text, citations.length).map((piece) => {
        if (piece.kind === "text") return <span key={piece.at}>{piece.text}</span>;
        if (piece.kind === "link")
          return (
            <Anchor
              key={piece.at}
              href={piece.href}
              target="_blank"
              rel="noopener noreferrer"
              inherit
              c="inherit"
              underline="always"
            >
              {piece.text}
            </Anchor>
          );
        const citation = citations[piece.number - 1];
        return (
          citation && (
            <button
              key={piece.at}
              type="button"
              className="cv-cite"
              aria-label={t("open_source", { number: piece.number, source: citation.source })}
              onClick={() => onCite(citation)}
            >
              {piece.number}
            </button>
          )
        );
      })}
    </div>
  );
}
