import { ActionIcon, CopyButton, Menu, Modal } from "@mantine/core";
import { Copy, Ellipsis, Languages } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMutation } from "urql";
import { useErrorNotice } from "../parts/errors.ts";
import { TRANSLATE } from "./copilotDocuments.ts";
import type { Entry } from "./entries.ts";
import { SPOKEN } from "./useCopilot.ts";

const LONGEST = 6_000;

/** What staff do with one message: copy it, and where there is a model read it in their own language. */
export function MessageTools({ entry, translates }: { entry: Entry; translates: boolean }) {
  const { t, i18n } = useTranslation("conversation");
  const failed = useErrorNotice();
  const [{ fetching }, translate] = useMutation(TRANSLATE);
  const [translation, setTranslation] = useState<string | null>(null);
  if (!entry.text) return null;
  const language = SPOKEN[i18n.language] ?? "ENGLISH";
  const read = async () => {
    const { data, error } = await translate({ text: entry.text.slice(0, LONGEST), language });
    if (error) failed(error);
    setTranslation(data?.translateText?.text ?? null);
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="sm" loading={fetching} aria-label={t("message_menu")}>
            <Ellipsis size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <CopyButton value={entry.text}>
            {({ copy }) => (
              <Menu.Item leftSection={<Copy size={16} aria-hidden />} onClick={copy}>
                {t("shell:copy")}
              </Menu.Item>
            )}
          </CopyButton>
          {translates && (
            <Menu.Item leftSection={<Languages size={16} aria-hidden />} onClick={() => void read()}>
              {t(`copilot.to.${language}`)}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={translation !== null} onClose={() => setTranslation(null)} title={t("translation")}>
        <div className="prose">{translation}</div>
      </Modal>
    </>
  );
}
