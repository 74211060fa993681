import { useEffect } from "react";

/** Names the browser's tab for as long as what calls it is shown; what was there before comes back after it. */
export function useTitle(title: string): void {
  useEffect(() => {
    const before = document.title;
    document.title = title === "Opora" ? title : `${title} · Opora`;
    return () => {
      document.title = before;
    };
  }, [title]);
}
