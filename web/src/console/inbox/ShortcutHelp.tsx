import { Kbd, Modal, Switch, Table } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { SHORTCUTS, type Shortcut, shortcutsAreOn, switchShortcuts } from "./shortcuts.ts";

/** Which keys do what in the inbox, and a switch for those whom they disturb. */
export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation("inbox");
  const [on, setOn] = useState(shortcutsAreOn);
  const turn = (next: boolean) => {
    switchShortcuts(next);
    setOn(next);
  };
  return (
    <Modal opened={opened} onClose={onClose} title={t("shortcuts")} centered>
      <Table>
        <Table.Tbody>
          {(Object.keys(SHORTCUTS) as Shortcut[]).map((name) => (
            <Table.Tr key={name}>
              <Table.Td w={90}>
                {SHORTCUTS[name].map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </Table.Td>
              <Table.Td>{t(`keys.${name}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Switch mt="md" label={t("shortcuts_on")} checked={on} onChange={(event) => turn(event.currentTarget.checked)} />
    </Modal>
  );
}
