import { Button, Stack, Text, TextInput } from "@mantine/core";
import { KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { useMutation, useQuery } from "urql";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { keepAttempt, knownCompany, rememberCompany } from "./attempt.ts";
import { PROVIDERS, START } from "./documents.ts";

/** Sign in where the company signs in: its name leads to its providers' buttons. */
export function CompanySignIn() {
  const { search } = useLocation();
  const [known] = useState(() => knownCompany(search));
  const [company, setCompany] = useState(known.name);
  if (company === "") return <CompanyName onChosen={setCompany} />;
  return <Providers company={company} onOther={() => setCompany("")} />;
}

function CompanyName({ onChosen }: { onChosen: (name: string) => void }) {
  const { t } = useTranslation("sign-in");
  const [name, setName] = useState("");
  const choose = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onChosen(name.trim().toLowerCase());
  };
  return (
    <form onSubmit={choose} aria-label={t("company.open")}>
      <Stack>
        <TextInput
          label={t("company.name")}
          description={t("company.name_text")}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="organization"
          autoFocus
          required
        />
        <Button type="submit">{t("company.next")}</Button>
      </Stack>
    </form>
  );
}

function Providers({ company, onOther }: { company: string; onOther: () => void }) {
  const { t } = useTranslation("sign-in");
  const [{ data, error, fetching }, again] = useQuery({ query: PROVIDERS, variables: { company } });
  const { pathname, hash } = useLocation();
  const [started, start] = useMutation(START);
  const begin = async (provider: string) => {
    const result = await start({ company, provider });
    const begun = result.data?.startSignIn;
    if (!begun) return;
    rememberCompany(company);
    keepAttempt({ browserKey: begun.browserKey, company, returnTo: `${pathname}${hash}` });
    location.assign(begun.url);
  };
  if (fetching) return <Loading rows={1} height={36} />;
  if (error) return <ErrorState error={error} onRetry={() => again({ requestPolicy: "network-only" })} />;
  const providers = data?.signInProviders ?? [];
  return (
    <Stack>
      {started.error && <ErrorState error={started.error} />}
      {providers.map((provider) => (
        <Button
          key={provider.id}
          leftSection={<KeyRound size={16} aria-hidden />}
          loading={started.fetching || started.data?.startSignIn != null}
          onClick={() => void begin(provider.id)}
        >
          {t("company.by", { name: provider.name })}
        </Button>
      ))}
      {providers.length === 0 && (
        <Text size="sm" role="status">
          {t("company.none")}
        </Text>
      )}
      <Button variant="subtle" onClick={onOther}>
        {t("company.other")}
      </Button>
    </Stack>
  );
}
