import { useState } from "react";
import { useNavigate } from "react-router";
import { useMutation } from "urql";
import { useErrorNotice } from "../parts/errors.ts";
import { TAKE_OVER } from "./documents.ts";

/** Take a waiting dialog and open it. `taking` is the one that is on its way; `onMissed` where somebody was faster. */
export function useTake(onMissed: () => void) {
  const navigate = useNavigate();
  const notice = useErrorNotice();
  const [, takeOver] = useMutation(TAKE_OVER);
  const [taking, setTaking] = useState<string | null>(null);
  const take = async (dialogId: string) => {
    setTaking(dialogId);
    const { error } = await takeOver({ dialogId });
    setTaking(null);
    if (!error) return navigate(`/inbox/dialogs/${dialogId}`);
    notice(error);
    onMissed();
  };
  return { taking, take };
}
