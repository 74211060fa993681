import { Alert, Button, Center, Loader } from "@mantine/core";
import { CircleAlert } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useNavigate, useParams } from "react-router";
import { useMutation } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { session } from "../session.ts";
import { endAttempt, readAnswer, readAttempt } from "./attempt.ts";
import { FINISH } from "./documents.ts";
import { Entrance } from "./Entrance.tsx";

/** Where the company's provider sends the browser back to: finishes the sign-in, and goes on where it began. */
export function Callback() {
  const { t } = useTranslation("sign-in");
  const { company = "" } = useParams();
  const { failed, refused } = useFinish(company);
  if (!failed && refused === undefined) {
    return (
      <Entrance title={t("callback.title")} text={t("callback.waiting")}>
        <Center py="md" role="status" aria-label={t("callback.waiting")}>
          <Loader />
        </Center>
      </Entrance>
    );
  }
  return (
    <Entrance title={t("callback.failed")}>
      {failed && <ErrorState error={failed} />}
      {refused !== undefined && (
        <Alert color="red" role="alert" icon={<CircleAlert aria-hidden />}>
          {t("callback.refused", { reason: refused })}
        </Alert>
      )}
      <Button component={Link} to={`/?company=${encodeURIComponent(company)}`}>
        {t("callback.again")}
      </Button>
    </Entrance>
  );
}

function useFinish(company: string) {
  const { search } = useLocation();
  const navigate = useNavigate();
  const [, finish] = useMutation(FINISH);
  const [failed, setFailed] = useState<Error>();
  const [[answer, attempt]] = useState(() => [readAnswer(search), readAttempt()] as const);
  const begun = useRef(false);
  useEffect(() => {
    // A code is good once, and effects of development run twice.
    if (begun.current || answer.kind !== "code") return;
    begun.current = true;
    endAttempt();
    void (async () => {
      const { kind: _, ...given } = answer;
      const result = await finish({ input: { ...given, company, browserKey: attempt?.browserKey ?? "" } });
      if (!result.data?.finishSignIn) return setFailed(result.error ?? new Error());
      // The code leaves the address and the history before anything else happens.
      await navigate(attempt?.returnTo ?? "/", { replace: true });
      session.open(result.data.finishSignIn);
    })();
  }, [answer, attempt, company, finish, navigate]);
  // Anybody can write an address: words in it are a provider's only where a sign-in was begun.
  const reason = answer.kind === "refused" ? (attempt ? answer.reason : "—") : undefined;
  return { failed, refused: reason };
}
