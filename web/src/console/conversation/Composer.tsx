import {
  ActionIcon,
  Alert,
  Button,
  FileButton,
  Group,
  SegmentedControl,
  Stack,
  Textarea,
  Tooltip,
} from "@mantine/core";
import { Paperclip, SendHorizontal } from "lucide-react";
import { type DragEvent, type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { CopilotBar } from "./CopilotBar.tsx";
import type { Citation } from "./documents.ts";
import { Sources } from "./Sources.tsx";
import { UploadList } from "./UploadList.tsx";
import type { Language } from "./useCopilot.ts";
import { useCopilot } from "./useCopilot.ts";
import { useKept } from "./useKept.ts";
import { useUploads } from "./useUploads.ts";

export interface Outgoing {
  text: string;
  internal: boolean;
  attachments: string[];
}

interface ComposerProps {
  id: string;
  /** Staff write notes, and are helped by the copilot. */
  staff: boolean;
  /** True where it was sent: what was written is let go then. */
  onSend: (message: Outgoing) => Promise<boolean>;
  onTyped: () => void;
  onStopped: () => void;
  onCite: (citation: Citation) => void;
}

/** Where one writes. What is written stays until it is sent, also when one leaves and comes back. */
export function Composer({ id, staff, onSend, onTyped, onStopped, onCite }: ComposerProps) {
  const writing = useWriting(id, onSend, onStopped);
  const { text, setText, internal, files, send, sending, field } = writing;
  const { t } = useTranslation("conversation");
  const [over, setOver] = useState(false);
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    files.add([...event.dataTransfer.files]);
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send();
  };
  return (
    <section
      className={`cv-foot cv-composer${over ? " cv-over" : ""}`}
      aria-label={t("composer")}
      data-internal={internal || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
    >
      <Stack gap="xs">
        {staff && <Assistance id={id} writing={writing} onCite={onCite} />}
        <UploadList uploads={files.uploads} onRemove={files.remove} />
        <Textarea
          ref={field}
          aria-label={t(internal ? "write_note" : "write")}
          placeholder={t(internal ? "write_note" : "write")}
          value={text}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={20_000}
          onChange={(event) => {
            setText(event.currentTarget.value);
            if (!internal) onTyped();
          }}
          onKeyDown={pressed}
          onPaste={(event) => event.clipboardData.files.length && files.add([...event.clipboardData.files])}
        />
        <Actions staff={staff} writing={writing} sending={sending} />
      </Stack>
    </section>
  );
}

type Writing = ReturnType<typeof useWriting>;

function useWriting(id: string, onSend: ComposerProps["onSend"], onStopped: () => void) {
  const [text, setText] = useKept(`opora.draft.${id}`);
  const [internal, setInternal] = useState(false);
  const [sending, setSending] = useState(false);
  const files = useUploads();
  const field = useRef<HTMLTextAreaElement>(null);
  const waiting = files.uploads.some((each) => !each.publicId && !each.error);
  const attachments = files.uploads.flatMap((each) => each.publicId ?? []);
  const ready = !sending && !waiting && (text.trim() !== "" || attachments.length > 0);
  const send = async () => {
    if (!ready) return;
    setSending(true);
    onStopped();
    const sent = await onSend({ text: text.trim(), internal, attachments }).finally(() => setSending(false));
    if (sent) {
      setText("");
      files.clear();
    }
    field.current?.focus();
  };
  return { text, setText, internal, setInternal, files, send, sending, ready, field };
}

function Actions({ staff, writing, sending }: { staff: boolean; writing: Writing; sending: boolean }) {
  const { t } = useTranslation("conversation");
  const { internal, setInternal, files } = writing;
  return (
    <Group gap="xs" justify="space-between" wrap="nowrap">
      <Group gap="xs" wrap="nowrap">
        {staff && (
          <SegmentedControl
            size="xs"
            aria-label={t("kind")}
            value={internal ? "note" : "reply"}
            onChange={(kind) => setInternal(kind === "note")}
            data={[
              { value: "reply", label: t("reply") },
              { value: "note", label: t("note") },
            ]}
          />
        )}
        <FileButton multiple onChange={files.add}>
          {(props) => (
            <Tooltip label={t("attach")}>
              <ActionIcon {...props} variant="default" size="lg" aria-label={t("attach")}>
                <Paperclip size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </FileButton>
      </Group>
      <Tooltip label={t("send_hint")}>
        <Button
          className="cv-send"
          px="md"
          style={{ flexShrink: 0 }}
          leftSection={<SendHorizontal size={16} aria-hidden />}
          loading={sending}
          disabled={!writing.ready && !sending}
          onClick={() => void writing.send()}
        >
          {t(internal ? "save_note" : "send")}
        </Button>
      </Tooltip>
    </Group>
  );
}

interface AssistanceProps {
  id: string;
  writing: Writing;
  onCite: (citation: Citation) => void;
}

function Assistance({ id, writing, onCite }: AssistanceProps) {
  const { t } = useTranslation("conversation");
  const copilot = useCopilot(id);
  const [sources, setSources] = useState<Citation[]>([]);
  const [summary, setSummary] = useState<string | null>(null);
  const { text, setText } = writing;
  const suggest = async () => {
    const suggestion = await copilot.suggest();
    if (!suggestion) return;
    setText(text.trim() ? `${text.trim()}\n\n${suggestion.text}` : suggestion.text);
    setSources(suggestion.sources);
    writing.field.current?.focus();
  };
  const rewrite = async (rewritten: Promise<string | null>) => {
    const better = await rewritten;
    if (better) setText(better);
  };
  return (
    <Stack gap="xs">
      {summary && (
        <Alert title={t("summary")} withCloseButton onClose={() => setSummary(null)} className="prose">
          {summary}
        </Alert>
      )}
      <CopilotBar
        copilot={copilot}
        hasText={text.trim() !== ""}
        onSuggest={() => void suggest()}
        onShorten={() => void rewrite(copilot.shorten(text))}
        onTranslate={(language: Language) => void rewrite(copilot.translate(text, language))}
        onSummarise={async () => setSummary(await copilot.summarise())}
      />
      {sources.length > 0 && text !== "" && <Sources citations={sources} onCite={onCite} />}
    </Stack>
  );
}
