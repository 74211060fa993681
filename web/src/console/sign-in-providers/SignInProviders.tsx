import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useQuery } from "urql";
import { EmptyState } from "../parts/EmptyState.tsx";
import { ErrorState } from "../parts/ErrorState.tsx";
import { Loading } from "../parts/Loading.tsx";
import { type Provider, SETUP } from "./documents.ts";
import { ProviderCard } from "./ProviderCard.tsx";
import { ProviderDrawer } from "./ProviderDrawer.tsx";
import { SetupAddress } from "./SetupAddress.tsx";

/** The company's OpenID Connect providers, and the addresses that are handed on; a tab of the settings. */
export function SignInProviders() {
  const { t } = useTranslation("sign-in-providers");
  const [{ data, error, fetching }, read] = useQuery({ query: SETUP, requestPolicy: "cache-and-network" });
  const [open, setOpen] = useState<Provider | "new" | null>(null);
  const again = () => read({ requestPolicy: "network-only" });
  const setup = data?.signInSetup;
  if (!setup) return fetching ? <Loading rows={3} height={88} /> : <ErrorState error={error} onRetry={again} />;
  return (
    <Stack maw={760}>
      <Group justify="space-between" align="flex-start">
        <div style={{ flex: "1 1 320px" }}>
          <Title order={2} size="h4">
            {t("heading")}
          </Title>
          <Text size="sm" c="dimmed" mt={4} maw="65ch">
            {t("text")}
          </Text>
        </div>
        <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setOpen("new")}>
          {t("add")}
        </Button>
      </Group>
      {setup.providers.length === 0 && <EmptyState icon={KeyRound} title={t("empty")} text={t("empty_text")} />}
      {setup.providers.map((provider) => (
        <ProviderCard key={provider.id} provider={provider} onEdit={() => setOpen(provider)} onRemoved={again} />
      ))}
      <SetupAddress
        label={t("redirect")}
        text={t("redirect_text")}
        value={setup.redirectUri}
        copy={t("copy_redirect")}
      />
      {setup.providers.length > 0 && (
        <SetupAddress label={t("link")} text={t("link_text")} value={setup.signInUrl} copy={t("copy_link")} />
      )}
      <ProviderDrawer open={open} onClose={() => setOpen(null)} onSaved={again} />
    </Stack>
  );
}
