import { Alert } from "@mantine/core";
import { useNetwork } from "@mantine/hooks";
import { WifiOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useConnection } from "../connection.ts";

/** Says that live updates have stopped, over the page so that nothing moves, and goes by itself when they are back. */
export function ConnectionNotice() {
  const { t } = useTranslation();
  const lost = useConnection() === "lost";
  const { online } = useNetwork();
  return (
    <div role="status" style={{ position: "fixed", bottom: 16, left: 16, zIndex: 300, maxWidth: "calc(100vw - 32px)" }}>
      {(lost || !online) && (
        <Alert color="yellow" variant="filled" icon={<WifiOff aria-hidden />} py="xs">
          {t(online ? "connection_lost" : "offline")}
        </Alert>
      )}
    </div>
  );
}
