import { Navigate, Route, Routes } from "react-router";
import { useQuery } from "urql";
import { ErrorState } from "../../parts/ErrorState.tsx";
import { Loading } from "../../parts/Loading.tsx";
import { ENDPOINTS } from "./documents.ts";
import { EndpointList } from "./EndpointList.tsx";
import { EndpointPage } from "./EndpointPage.tsx";

/** The company's own servers that hear of what happens: the list of them, and one with its log. */
export default function Webhooks() {
  const [{ data, error }, read] = useQuery({ query: ENDPOINTS, requestPolicy: "cache-and-network" });
  const again = () => read({ requestPolicy: "network-only" });
  if (!data?.webhookEndpoints) return error ? <ErrorState error={error} onRetry={again} /> : <Loading />;
  const common = { endpoints: data.webhookEndpoints, events: data.webhookEvents ?? [], onChange: again };
  return (
    <Routes>
      <Route index element={<EndpointList {...common} />} />
      <Route path=":id" element={<EndpointPage {...common} />} />
      <Route path="*" element={<Navigate to="/settings/webhooks" replace />} />
    </Routes>
  );
}
