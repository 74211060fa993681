import { useCallback, useState } from "react";

/** Text that survives leaving the screen, as long as the browser's tab lasts. */
export function useKept(key: string): [string, (text: string) => void] {
  const [state, setState] = useState({ key, text: sessionStorage.getItem(key) ?? "" });
  const text = state.key === key ? state.text : (sessionStorage.getItem(key) ?? "");
  const keep = useCallback(
    (text: string) => {
      if (text) sessionStorage.setItem(key, text);
      else sessionStorage.removeItem(key);
      setState({ key, text });
    },
    [key],
  );
  return [text, keep];
}
