import { notifications } from "@mantine/notifications";
import { useEffect, useEffectEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Waiting } from "./documents.ts";
import { useDuty } from "./duty.ts";

const TONES_HZ = [659, 880];
const TONE_S = 0.16;

/** Who waits now and did not before; nobody where nothing was seen yet. */
export function newcomers<Row extends { handoffId: string }>(seen: Set<string> | null, waiting: Row[]): Row[] {
  return seen === null ? [] : waiting.filter((row) => !seen.has(row.handoffId));
}

/** Two short rising tones. Browsers keep a page silent that nobody has clicked in yet. */
export async function chime(): Promise<void> {
  const audio = new AudioContext();
  if (audio.state === "suspended") await Promise.race([audio.resume(), new Promise((done) => setTimeout(done, 500))]);
  TONES_HZ.forEach((tone, index) => {
    const from = audio.currentTime + index * TONE_S;
    const [source, volume] = [audio.createOscillator(), audio.createGain()];
    source.frequency.value = tone;
    volume.gain.setValueAtTime(0.15, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + TONE_S);
    source.connect(volume).connect(audio.destination);
    source.start(from);
    source.stop(from + TONE_S);
  });
  setTimeout(() => void audio.close(), 2000);
}

export const noticesPossible = (): boolean => "Notification" in window && Notification.permission !== "denied";

/** Asks the person, where the browser has not yet; true where notices may be shown. */
export async function mayNotify(): Promise<boolean> {
  return "Notification" in window && (await Notification.requestPermission()) === "granted";
}

function notifyOutside(title: string, body: string, tag: string, onOpen: () => void): void {
  try {
    const notice = new Notification(title, { body, tag });
    notice.onclick = () => {
      window.focus();
      onOpen();
      notice.close();
    };
  } catch {
    // Phones show such notices from service workers alone; the notice in the page stands anyway.
  }
}

/** Tells an operator on duty who came into the queue: by sound, in the page, and beside it where it is not in sight. */
export function useQueueAlerts(waiting: Waiting[] | undefined): void {
  const { t } = useTranslation("queue");
  const navigate = useNavigate();
  const [duty] = useDuty();
  const seen = useRef<Set<string> | null>(null);
  const tell = useEffectEvent((rows: Waiting[]) => {
    if (duty.status === null || duty.status === "AWAY" || rows.length === 0) return;
    const [row] = rows;
    const title = t("alert", { count: rows.length });
    const body =
      rows.length === 1 && row ? `${row.customerName || t("nameless", { id: row.dialogId })}: ${row.lastMessage}` : "";
    if (duty.sound) void chime();
    notifications.show({ id: "queue", title, message: body.slice(0, 160), autoClose: 8000 });
    const hidden = document.visibilityState !== "visible";
    if (duty.notices && hidden && Notification.permission === "granted") {
      notifyOutside(title, body.slice(0, 160), "opora-queue", () => navigate("/queue"));
    }
  });
  useEffect(() => {
    if (waiting === undefined) return;
    tell(newcomers(seen.current, waiting));
    seen.current = new Set(waiting.map((row) => row.handoffId));
  }, [waiting]);
}
