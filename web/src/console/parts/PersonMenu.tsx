import { Avatar, Menu, SegmentedControl, Stack, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useRights } from "../allowed.tsx";
import { graphql } from "../graphql.ts";
import { type AppLanguage, LANGUAGE_NAMES, LANGUAGES, setLanguage } from "../i18n.ts";
import { session } from "../session.ts";

const LOGOUT = graphql(`mutation Logout { logout { __typename } }`);
const SCHEMES = ["auto", "light", "dark"] as const;

/** Who is signed in, their language and theme, and the way out. */
export function PersonMenu() {
  const { t, i18n } = useTranslation();
  const { me, tenant } = useRights();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [, logout] = useMutation(LOGOUT);
  const leave = async () => {
    // Signing out works without the server too: this browser forgets its tokens whatever the answer is.
    await logout({});
    session.close();
  };
  const name = me.fullName || me.email || me.username || "";
  return (
    <Menu width={260} position="bottom-end" withinPortal>
      <Menu.Target>
        <UnstyledButton aria-label={t("account_of", { name })}>
          <Avatar name={name} color="initials" size={34} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Stack gap={2} px="sm" py="xs">
          <Text fw={600}>{name}</Text>
          <Text size="xs" c="dimmed">
            {t(`roles.${me.role}`)} · {tenant.name}
          </Text>
        </Stack>
        <Menu.Divider />
        <Stack gap="xs" px="sm" py="xs">
          <SegmentedControl
            size="xs"
            aria-label={t("language")}
            value={i18n.language}
            onChange={(language) => void setLanguage(language as AppLanguage)}
            data={LANGUAGES.map((each) => ({ value: each, label: LANGUAGE_NAMES[each] }))}
          />
          <SegmentedControl
            size="xs"
            aria-label={t("theme")}
            value={colorScheme}
            onChange={(scheme) => setColorScheme(scheme as (typeof SCHEMES)[number])}
            data={SCHEMES.map((each) => ({ value: each, label: t(`themes.${each}`) }))}
          />
        </Stack>
        <Menu.Divider />
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => void leave()}>
          {t("sign_out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
