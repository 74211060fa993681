import { useMemo } from "react";
import { asPage, dress } from "./letter.ts";

/** An e-mail as its recipient sees it. It is foreign: in its frame no script runs and no window opens. */
export function MailFrame({ title, html }: { title: string; html: string }) {
  const page = useMemo(() => asPage(html), [html]);
  return (
    <iframe
      title={title}
      // Of our origin, so that it can be dressed from here; without `allow-scripts` nothing in it can use that.
      sandbox="allow-same-origin"
      srcDoc={page}
      onLoad={({ currentTarget }) => currentTarget.contentDocument && dress(currentTarget.contentDocument)}
      style={{ width: "100%", height: "70vh", border: "1px solid var(--opora-line)", background: "white" }}
    />
  );
}
