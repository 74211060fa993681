import { Anchor, Badge, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Time } from "../parts/Time.tsx";
import type { Mail } from "./documents.ts";

export function MailTable({ mails }: { mails: Mail[] }) {
  const { t } = useTranslation("mail");
  return (
    <Table.ScrollContainer
      minWidth={680}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": t("title") } }}
    >
      <Table highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("subject")}</Table.Th>
            <Table.Th>{t("to")}</Table.Th>
            <Table.Th>{t("state")}</Table.Th>
            <Table.Th>{t("when")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {mails.map((mail) => (
            <Table.Tr key={mail.id}>
              <Table.Td>
                <Anchor component={Link} to={`/mail/${mail.id}`} size="sm">
                  {mail.subject}
                </Anchor>
              </Table.Td>
              <Table.Td>{mail.recipient}</Table.Td>
              <Table.Td>
                <MailState mail={mail} />
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                <Time at={mail.createdAt} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function MailState({ mail }: { mail: Mail }) {
  const { t } = useTranslation("mail");
  if (mail.sentAt) {
    return (
      <Badge variant="light" miw="max-content" color="teal">
        {t("sent")}
      </Badge>
    );
  }
  return (
    <>
      <Badge variant="light" miw="max-content" color={mail.lastError ? "red" : "gray"}>
        {t(mail.lastError ? "failed" : "waiting")}
      </Badge>
      {mail.lastError && (
        <Text size="xs" c="dimmed" className="prose">
          {mail.lastError}
        </Text>
      )}
    </>
  );
}
