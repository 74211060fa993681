import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useQuery } from "urql";
import { graphql, type OperationName, type ResultOf } from "./graphql.ts";

const ME = graphql(`
  query Me {
    me { id tenantId email username fullName firstName lastName role onboardingCompleted }
    tenant { id slug name language plan }
    allowedOperations
  }
`);

type Me = NonNullable<ResultOf<typeof ME>["me"]>;
type Tenant = NonNullable<ResultOf<typeof ME>["tenant"]>;

interface Rights {
  me: Me;
  tenant: Tenant;
  /** Whether the server would let this person call the operation; the server checks again when it is called. */
  can: (operation: OperationName) => boolean;
}

const RightsContext = createContext<Rights | null>(null);

/** Who is signed in and what they may do, for everything below. `failed` and `waiting` are shown until that is known. */
export function RightsProvider({ children, waiting, failed }: RightsProviderProps) {
  const [{ data, error, fetching }, again] = useQuery({ query: ME });
  const rights = useMemo(() => {
    if (!data?.me || !data.tenant) return null;
    const allowed = new Set<string>(data.allowedOperations);
    return { me: data.me, tenant: data.tenant, can: (operation: OperationName) => allowed.has(operation) };
  }, [data]);
  if (rights) return <RightsContext value={rights}>{children}</RightsContext>;
  return fetching ? waiting : failed(error, () => again({ requestPolicy: "network-only" }));
}

interface RightsProviderProps {
  children: ReactNode;
  waiting: ReactNode;
  failed: (error: Error | undefined, again: () => void) => ReactNode;
}

export function useRights(): Rights {
  const rights = useContext(RightsContext);
  if (rights === null) throw new Error("useRights outside of RightsProvider");
  return rights;
}

/** Shows its children to those who may call the operation; nothing at all to others. */
export function Allowed({ to, children }: { to: OperationName; children: ReactNode }) {
  return useRights().can(to) ? children : null;
}
