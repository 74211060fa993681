import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Endpoint } from "./documents.ts";

/** Whether an endpoint takes what it is sent. */
export function EndpointState({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation("settings");
  if (endpoint.disabledAt !== null)
    return (
      <Badge miw="fit-content" color="red">
        {t("webhooks.states.given_up")}
      </Badge>
    );
  if (!endpoint.isActive)
    return (
      <Badge miw="fit-content" variant="default">
        {t("webhooks.states.off")}
      </Badge>
    );
  if (endpoint.failingSince !== null)
    return (
      <Badge miw="fit-content" color="yellow">
        {t("webhooks.states.failing")}
      </Badge>
    );
  return (
    <Badge miw="fit-content" variant="light">
      {t("webhooks.states.active")}
    </Badge>
  );
}
