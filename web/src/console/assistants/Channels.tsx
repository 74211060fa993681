import { SimpleGrid } from "@mantine/core";
import type { Assistant } from "./documents.ts";
import { TelegramChannel } from "./TelegramChannel.tsx";
import { WebsiteChannel } from "./WebsiteChannel.tsx";

/** Where customers reach an assistant. */
export function Channels({ assistant }: { assistant: Assistant }) {
  return (
    <SimpleGrid cols={{ base: 1, xl: 2 }} spacing="lg">
      <WebsiteChannel assistant={assistant} />
      <TelegramChannel assistant={assistant} />
    </SimpleGrid>
  );
}
