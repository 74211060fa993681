const STYLE = "data-style";
const SHEET = "x-style";

const ADDRESSES = /^(src|srcset|background|poster|data|(xlink:)?href)$/;
const FOLLOWED = /^\s*(https?|mailto|tel):/i;

/** Renamed before they are read: the policy is asked about styles and handlers already while a document is parsed. */
const renamed = (html: string) =>
  html
    .replace(/<(\/?)style(?=[\s/>])/gi, `<$1${SHEET}`)
    .replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/([\s"'/])(style|on[a-z]+)(?=\s*=)/gi, "$1data-$2"));

/**
 * An e-mail as a page of its own that our Content Security Policy lets stand: its inline styles wait in `data-style`,
 * for `dress` to set them by script, which the policy allows. What runs, loads or sends is left out.
 */
export function asPage(html: string): string {
  const page = new DOMParser().parseFromString(renamed(html), "text/html");
  for (const element of page.querySelectorAll(
    `${SHEET}, script, style, link, meta, base, iframe, object, embed, form`,
  )) {
    element.remove();
  }
  for (const element of page.querySelectorAll("*")) {
    for (const { name, value } of [...element.attributes]) {
      if (name === "style") element.setAttribute(STYLE, value);
      if (name === "style" || name.startsWith("on") || leadsAstray(element, name, value)) element.removeAttribute(name);
    }
  }
  return `<!doctype html>${page.documentElement.outerHTML}`;
}

/** Whether an address is fetched by the mere look at it, or names what is no address to follow. */
const leadsAstray = (element: Element, name: string, value: string) =>
  ADDRESSES.test(name) && !(element.localName === "a" ? FOLLOWED.test(value) : value.startsWith("data:image/"));

/** Sets the styles that `asPage` put aside. */
export function dress(page: Document): void {
  for (const element of page.querySelectorAll<HTMLElement>(`[${STYLE}]`)) {
    element.style.cssText = element.getAttribute(STYLE) ?? "";
  }
}
