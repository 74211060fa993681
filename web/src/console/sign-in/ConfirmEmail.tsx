import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useMutation } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { codeOf } from "../parts/errors.ts";
import { session } from "../session.ts";
import { CONFIRM, LOGIN, RESEND } from "./documents.ts";
import { Entrance } from "./Entrance.tsx";

const DIGITS = 6;

/** The code that came by e-mail. It may wait: the account works already. */
export function ConfirmEmail({ email, password }: { email: string; password: string }) {
  const { t } = useTranslation("sign-in");
  const [code, setCode] = useState("");
  const { confirm, later, resend, busy, wrong, error, sent } = useConfirmation(email, password);
  return (
    <Entrance title={t("confirm.title")} text={t("confirm.text", { email })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void confirm(code);
        }}
      >
        <Stack>
          {error && <ErrorState error={error} />}
          <TextInput
            label={t("confirm.code")}
            inputMode="numeric"
            autoComplete="one-time-code"
            autoFocus
            maxLength={DIGITS}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value.replace(/\D/g, ""))}
            error={wrong && t("confirm.wrong")}
            styles={{ input: { letterSpacing: "0.4em" } }}
          />
          <Text size="sm" role="status" mih={20}>
            {sent && t("confirm.sent")}
          </Text>
          <Button type="submit" loading={busy} disabled={code.length < DIGITS}>
            {t("confirm.enter")}
          </Button>
          <Group justify="space-between">
            <Button variant="subtle" size="compact-sm" onClick={() => void resend()}>
              {t("confirm.resend")}
            </Button>
            <Button variant="subtle" size="compact-sm" onClick={() => void later()}>
              {t("confirm.later")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Entrance>
  );
}

type Pair = Parameters<typeof session.open>[0];

function useConfirmation(email: string, password: string) {
  const navigate = useNavigate();
  const [confirmed, confirmEmail] = useMutation(CONFIRM);
  const [loggedIn, login] = useMutation(LOGIN);
  const [resent, resendCode] = useMutation(RESEND);
  const enter = async (pair: Pair | null | undefined) => {
    if (!pair) return;
    await navigate("/", { replace: true });
    session.open(pair);
  };
  const wrong = codeOf(confirmed.error) === "BAD_REQUEST";
  return {
    confirm: async (code: string) => enter((await confirmEmail({ email, code })).data?.confirmEmail),
    later: async () => enter((await login({ input: { email, password } })).data?.login),
    resend: () => resendCode({ email }),
    busy: confirmed.fetching || loggedIn.fetching,
    wrong,
    error: (wrong ? undefined : confirmed.error) ?? loggedIn.error ?? resent.error,
    sent: resent.data?.resendConfirmation != null,
  };
}
