import { useEffect, useMemo } from "react";
import { Provider } from "urql";
import { RightsProvider } from "./allowed.tsx";
import { createApiClient } from "./client.ts";
import { ErrorState } from "./parts/ErrorState.tsx";
import { Loading } from "./parts/Loading.tsx";
import { Shell } from "./Shell.tsx";
import { useSession } from "./session.ts";
import { SignedOutScreens } from "./sign-in/SignedOutScreens.tsx";

/** The sign-in screen, or the console of whoever is signed in. */
export function App() {
  const session = useSession();
  return session === null ? <SignedOut /> : <SignedIn />;
}

function useApiClient() {
  const api = useMemo(() => createApiClient(), []);
  useEffect(() => api.close, [api]);
  return api.client;
}

function SignedOut() {
  return (
    <Provider value={useApiClient()}>
      <SignedOutScreens />
    </Provider>
  );
}

function SignedIn() {
  return (
    <Provider value={useApiClient()}>
      <RightsProvider
        waiting={<Loading rows={8} />}
        failed={(error, again) => <ErrorState error={error} onRetry={again} />}
      >
        <Shell />
      </RightsProvider>
    </Provider>
  );
}
