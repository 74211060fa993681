import { Avatar, Menu, Stack, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { CircleUser, LogOut, UserRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
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
          <Avatar color="opora" variant="filled" size={34}>
            <UserRound size={18} aria-hidden />
          </Avatar>
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
        <Choice
          label={t("language")}
          value={i18n.language}
          onChange={(language) => void setLanguage(language as AppLanguage)}
          choices={LANGUAGES.map((each) => [each, LANGUAGE_NAMES[each]])}
        />
        <Choice
          label={t("theme")}
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as (typeof SCHEMES)[number])}
          choices={SCHEMES.map((each) => [each, t(`themes.${each}`)])}
        />
        <Menu.Divider />
        <Menu.Item component={Link} to="/profile" leftSection={<CircleUser size={16} aria-hidden />}>
          {t("profile")}
        </Menu.Item>
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => void leave()}>
          {t("sign_out")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  choices: [value: string, label: string][];
}

/** One of several, as items of a menu: other controls may not stand in one (WAI-ARIA 1.2, 6.6). */
function Choice({ label, value, onChange, choices }: ChoiceProps) {
  return (
    <Menu.RadioGroup value={value} onChange={onChange} aria-label={label}>
      <Menu.Label aria-hidden>{label}</Menu.Label>
      {choices.map(([each, words]) => (
        <Menu.RadioItem key={each} value={each} py={5}>
          {words}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}
