import { useCallback, useState } from "react";
import { useRights } from "../allowed.tsx";

/** Text that survives leaving the screen, as long as the browser's tab lasts; whoever signs in there next has their own. */
export function useKept(name: string): [string, (text: string) => void] {
  const key = `${name}.${useRights().me.id}`;
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
