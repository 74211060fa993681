import type { Role } from "../people/person.ts";
import type { Provider } from "./documents.ts";

/** What the form holds; an empty secret is none for a new provider, and the kept one for another. */
export interface ProviderValues {
  name: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  scopes: string;
  createsUsers: boolean;
  defaultRole: Role;
  rolesClaim: string;
  roleRules: { value: string; role: Role }[];
  isActive: boolean;
}

export function valuesOf(provider: Provider | null): ProviderValues {
  if (provider === null) {
    const empty = { name: "", issuer: "", clientId: "", clientSecret: "", rolesClaim: "", roleRules: [] };
    return {
      ...empty,
      scopes: "openid email profile",
      createsUsers: false,
      defaultRole: "USER",
      isActive: true,
    };
  }
  const { name, issuer, clientId, scopes, createsUsers, defaultRole, rolesClaim, isActive } = provider;
  const roleRules = provider.roleRules.map(({ value, role }) => ({ value, role }));
  return {
    ...{ name, issuer, clientId, scopes, createsUsers, defaultRole, rolesClaim, roleRules, isActive },
    clientSecret: "",
  };
}

/** Whether the issuer is another than the one that gave the kept secret: it is not sent to anybody else. */
export function needsSecret(provider: Provider | null, { clientSecret, issuer }: ProviderValues): boolean {
  return provider?.hasSecret === true && issuer.trim() !== provider.issuer && clientSecret === "";
}

/** As the API takes it: without a secret where none was typed, without rules that name nothing. */
export function inputOf({ clientSecret, roleRules, ...values }: ProviderValues) {
  const rules = roleRules.filter((rule) => rule.value.trim() !== "");
  return { ...values, roleRules: rules, ...(clientSecret ? { clientSecret } : {}) };
}
