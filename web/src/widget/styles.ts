/** The chat's own clothes: nothing of the page's comes in, and nothing of these goes out. */
export const STYLES = `
:host{all:initial;--accent:var(--opora-accent,#0f766e);--on-accent:var(--opora-on-accent,#fff);--paper:#f5f7f6;--surface:#fff;--ink:#16211f;--soft:#52605c;--line:#d5ddd9;--tint:#e3f1ee;--link:#0b5c56;--warn:#fff4d6;--warn-ink:#5c4300;--bad:#fdecea;--bad-ink:#912018;color-scheme:light;font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;color:var(--ink)}
:host([data-theme=dark]){--accent:var(--opora-accent,#3fc0b0);--on-accent:var(--opora-on-accent,#05201c);--paper:#0f1716;--surface:#182321;--ink:#e9f0ee;--soft:#a9b8b3;--line:#2c3c38;--tint:#17322d;--link:#6ed6c8;--warn:#3a2f0f;--warn-ink:#f3dfa6;--bad:#3c1d1a;--bad-ink:#ffb4a8;color-scheme:dark}
@media(prefers-color-scheme:dark){:host([data-theme=auto]){--accent:var(--opora-accent,#3fc0b0);--on-accent:var(--opora-on-accent,#05201c);--paper:#0f1716;--surface:#182321;--ink:#e9f0ee;--soft:#a9b8b3;--line:#2c3c38;--tint:#17322d;--link:#6ed6c8;--warn:#3a2f0f;--warn-ink:#f3dfa6;--bad:#3c1d1a;--bad-ink:#ffb4a8;color-scheme:dark}}
*{box-sizing:border-box;margin:0;padding:0;font:inherit;color:inherit}
ul,ol{list-style:none}
svg{display:block;flex:none}
button{border:0;background:none;cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:8px}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.place{position:fixed;z-index:2147483000;bottom:20px;display:flex;flex-direction:column;gap:14px}
.place.right{right:20px;align-items:flex-end}
.place.left{left:20px;align-items:flex-start}
.launcher{position:relative;width:58px;height:58px;display:grid;place-items:center;border-radius:50%;background:var(--accent);color:var(--on-accent);box-shadow:0 6px 24px rgb(0 20 16/28%);transition:transform .15s}
.launcher:hover{transform:scale(1.05)}
.launcher:focus-visible{border-radius:50%}
.launcher svg{width:27px;height:27px}
.badge{position:absolute;top:-4px;right:-4px;min-width:23px;height:23px;padding:0 6px;border-radius:12px;background:#c01c1c;color:#fff;font-size:13px;font-weight:700;line-height:23px;text-align:center}
.box{width:392px;max-width:calc(100vw - 40px);height:min(640px,calc(100vh - 120px));border:1px solid var(--line);border-radius:18px;overflow:hidden;background:var(--surface);box-shadow:0 18px 50px -8px rgb(0 20 16/34%);animation:rise .18s ease-out}
.box.inline{width:100%;max-width:none;height:100%;animation:none;box-shadow:none}
:host(:has(.inline)){display:block;height:100%}
@keyframes rise{from{opacity:0;transform:translateY(10px)}}
.panel{height:100%;display:flex;flex-direction:column;background:var(--surface)}
header{display:flex;align-items:center;gap:8px;padding:12px 10px 12px 18px;border-bottom:1px solid var(--line)}
.who{flex:1;min-width:0}
h2{font-size:16.5px;font-weight:650;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.who p{font-size:13px;color:var(--soft);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.call{display:inline-flex;align-items:center;gap:6px;min-height:36px;padding:4px 13px 4px 9px;border:1px solid var(--line);border-radius:18px;font-size:13.5px;font-weight:550}
.call:hover{border-color:var(--accent)}
.call svg{width:18px;height:18px}
.plain{width:40px;height:40px;display:grid;place-items:center;border-radius:10px;color:var(--soft);flex:none}
.plain:hover{background:var(--tint);color:var(--ink)}
.log{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;padding:16px;background:var(--paper);display:flex;flex-direction:column;outline-offset:-3px}
.lines{margin-top:auto;display:flex;flex-direction:column;gap:6px}
.note,.day{align-self:center;font-size:12.5px;color:var(--soft);padding:6px}
.message{display:flex;flex-direction:column;max-width:86%;align-self:flex-start;animation:rise .16s ease-out}
.message.own{align-self:flex-end;align-items:flex-end}
.message.system{align-self:center;max-width:94%;text-align:center}
.author{font-size:12.5px;font-weight:600;color:var(--soft);margin:6px 0 3px 4px}
.bubble{padding:9px 13px;border-radius:16px 16px 16px 5px;background:var(--surface);border:1px solid var(--line)}
.own .bubble{border-radius:16px 16px 5px 16px;background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.operator .bubble{background:var(--tint);border-color:var(--tint)}
.system .bubble{background:none;border:0;font-size:13.5px;color:var(--soft);padding:5px 10px}
.text{white-space:pre-wrap;overflow-wrap:anywhere}
.text strong{font-weight:650}
.text a{color:var(--link);text-underline-offset:2px}
.own:not(.pending) .text a{color:inherit}
time,.fate{font-size:11.5px;color:var(--soft);margin:2px 5px 0}
.system time{display:none}
.fate{display:flex;gap:10px}
.pending .bubble{background:var(--tint);color:var(--ink);border:1px dashed var(--accent)}
.failed .bubble{background:var(--bad);border-color:var(--bad);color:var(--bad-ink)}
.link{color:var(--link);font-weight:600;text-decoration:underline;text-underline-offset:2px;min-height:24px}
.sources{margin-top:7px;font-size:13px}
.sources summary{cursor:pointer;color:var(--link);font-weight:600;min-height:24px;display:list-item}
.sources ol{display:flex;flex-direction:column;gap:7px;margin-top:5px}
.sources li{padding:8px 10px;border-radius:10px;background:var(--paper)}
cite{font-weight:600;overflow-wrap:anywhere}
blockquote{color:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere;max-height:9em;overflow-y:auto;margin-top:2px}
.files,.drafts{display:flex;flex-direction:column;gap:6px}
.text+.files{margin-top:7px}
.file{display:grid;grid-template-columns:auto 1fr auto;align-items:center;gap:7px;text-decoration:none;font-size:13.5px}
.file span,.draft span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0}
.file:hover span{text-decoration:underline}
.file img{grid-column:1/-1;max-width:100%;max-height:190px;min-width:48px;min-height:48px;border-radius:9px;object-fit:cover;background:var(--tint)}
.file svg{width:18px;height:18px}
.file small{opacity:.85;font-size:12px}
.dots{display:inline-flex;gap:4px;padding:5px 1px}
.dots i{width:7px;height:7px;border-radius:50%;background:var(--soft);animation:blink 1.2s infinite}
.dots i:nth-child(2){animation-delay:.2s}
.dots i:nth-child(3){animation-delay:.4s}
@keyframes blink{0%,70%,to{opacity:.25}35%{opacity:1}}
.late{animation:late 0s 1.5s both}
@keyframes late{from{visibility:hidden}to{visibility:visible}}
.queue{display:flex;flex-wrap:wrap;align-items:center;gap:4px 11px;padding:10px 16px;border-top:1px solid var(--line);background:var(--tint);font-size:13.5px}
.queue p{flex:1 1 13em}
.queue strong{font-weight:650;display:block}
.pulse{width:10px;height:10px;border-radius:50%;background:var(--accent);animation:blink 1.6s infinite;flex:none}
.notice{padding:9px 16px;font-size:13.5px;background:var(--warn);color:var(--warn-ink)}
.notice.bad{background:var(--bad);color:var(--bad-ink)}
.notice .link{color:inherit}
.composer{border-top:1px solid var(--line);padding:9px 10px;display:flex;flex-direction:column;gap:8px}
.row{display:flex;align-items:flex-end;gap:4px}
textarea{flex:1;min-width:0;resize:none;border:1px solid transparent;border-radius:12px;background:var(--paper);padding:9px 12px;max-height:140px;line-height:1.4;font-size:16px;color:var(--ink)}
textarea:focus-visible{outline:2px solid var(--accent);outline-offset:0;border-radius:12px}
textarea::placeholder{color:var(--soft);opacity:1}
.send{width:40px;height:40px;display:grid;place-items:center;border-radius:12px;background:var(--accent);color:var(--on-accent);flex:none;margin-left:4px}
.send:disabled{background:var(--tint);color:var(--soft);cursor:default}
.draft{display:flex;align-items:center;gap:8px;padding:2px 2px 2px 11px;border-radius:10px;background:var(--paper);font-size:13.5px}
.draft span{flex:1}
.draft svg{width:18px;height:18px}
progress{width:64px;height:6px;accent-color:var(--accent)}
@media(max-width:480px){
.box:not(.inline){position:fixed;inset:0 0 auto;width:100%;max-width:none;height:var(--height,100dvh);border:0;border-radius:0}
.place:has(.box) .launcher{display:none}
.place{bottom:16px}.place.right{right:16px}.place.left{left:16px}
}
@media(prefers-reduced-motion:reduce){*{animation-duration:.01ms!important;transition:none!important}.late{animation-delay:1.5s}}
`;
