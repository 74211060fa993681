import { Anchor, Button, Divider } from "@mantine/core";
import { Building2, Mail } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { knownCompany } from "./attempt.ts";
import { CompanySignIn } from "./CompanySignIn.tsx";
import { Entrance } from "./Entrance.tsx";
import { PasswordForm } from "./PasswordForm.tsx";

/** The ways in: by password, or by the company's own provider, which its link opens at once. */
export function SignIn() {
  const { t } = useTranslation("sign-in");
  const { search } = useLocation();
  const [byCompany, setByCompany] = useState(() => knownCompany(search).linked);
  return (
    <Entrance title={t("shell:sign_in")} text={t("welcome")}>
      {byCompany ? <CompanySignIn /> : <PasswordForm />}
      <Divider label={t("or")} />
      <Button
        variant="default"
        leftSection={byCompany ? <Mail size={16} aria-hidden /> : <Building2 size={16} aria-hidden />}
        onClick={() => setByCompany(!byCompany)}
      >
        {byCompany ? t("company.back") : t("company.open")}
      </Button>
      <Anchor component={Link} to="/sign-in/register" size="sm" ta="center" underline="always">
        {t("register.link")}
      </Anchor>
    </Entrance>
  );
}
