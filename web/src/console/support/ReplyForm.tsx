import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { Allowed } from "../allowed.tsx";
import { useErrorNotice } from "../parts/errors.ts";
import { REPLY } from "./documents.ts";

/** What was written stays in the field until the server has it. */
export function ReplyForm({ number, onSent }: { number: string; onSent: () => void }) {
  const { t } = useTranslation("support");
  const [text, setText] = useState("");
  const [{ fetching }, reply] = useMutation(REPLY);
  const complain = useErrorNotice();
  const send = async () => {
    const { data, error } = await reply({ number, text });
    if (!data?.replyToSupportRequest) return complain(error);
    setText("");
    onSent();
  };
  return (
    <Allowed to="replyToSupportRequest">
      <Stack gap="xs">
        <Textarea
          label={t("reply")}
          autosize
          minRows={3}
          maxRows={12}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button onClick={() => void send()} loading={fetching} disabled={text.trim() === ""}>
            {t("send")}
          </Button>
        </Group>
      </Stack>
    </Allowed>
  );
}
