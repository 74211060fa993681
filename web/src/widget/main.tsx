import { render } from "preact";
import { Chat } from "./chat.ts";
import { type Commands, InlineChat, Widget } from "./parts/Widget.tsx";
import { inkOn, readSettings, type Settings } from "./settings.ts";
import { STYLES } from "./styles.ts";

let commands: Commands | undefined;
let chat: Chat | undefined;

/** Open the chat, as its button does. */
export const open = (): void => commands?.open();
export const close = (): void => commands?.close();

/** Say something in the visitor's name, for pages that offer questions to click. */
export function ask(text: string): void {
  commands?.open();
  void chat?.start();
  chat?.say(text);
}

/** Constructed style sheets need no leave of the page's Content-Security-Policy. */
function dressed(host: HTMLElement, settings: Settings): ShadowRoot {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  root.adoptedStyleSheets = [sheet];
  host.dataset.theme = settings.theme;
  if (settings.accent) {
    host.style.setProperty("--opora-accent", settings.accent);
    host.style.setProperty("--opora-on-accent", inkOn(settings.accent));
  }
  return root;
}

function begin(settings: Settings): void {
  const inside = settings.inline ? document.querySelector(settings.inline) : null;
  const host = document.createElement("opora-widget");
  const root = dressed(host, settings);
  chat = new Chat(settings);
  if (inside) {
    inside.append(host);
    render(<InlineChat chat={chat} settings={settings} />, root);
    return;
  }
  document.body.append(host);
  const onCommands = (given: Commands) => {
    commands = given;
  };
  render(<Widget chat={chat} settings={settings} host={host} onCommands={onCommands} />, root);
}

const script = document.currentScript;
const settings = script instanceof HTMLScriptElement ? readSettings(script) : null;
if (settings && !document.querySelector("opora-widget")) {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => begin(settings));
  else begin(settings);
}
