import {
  Button,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  Stack,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ErrorState } from "../parts/ErrorState.tsx";
import type { Token } from "./documents.ts";
import { useTokenForm } from "./useTokenForm.ts";

interface TokenDialogProps {
  /** Null: closed. */
  token: Token | "new" | null;
  onClose: () => void;
  onSaved: () => void;
}

export function TokenDialog({ token, onClose, onSaved }: TokenDialogProps) {
  const { t } = useTranslation("installation");
  const known = token === "new" ? null : token;
  return (
    <Modal
      opened={token !== null}
      onClose={onClose}
      title={known ? t("tokens.edit", { name: known.name }) : t("tokens.add")}
      size="lg"
    >
      {token !== null && <TokenForm token={known} onClose={onClose} onSaved={onSaved} />}
    </Modal>
  );
}

function TokenForm({ token, onClose, onSaved }: TokenDialogProps & { token: Token | null }) {
  const { t } = useTranslation("installation");
  const { form, submit, error } = useTokenForm(token, () => {
    onSaved();
    onClose();
  });
  return (
    <form onSubmit={submit}>
      <Stack>
        {error && <ErrorState error={error} />}
        <TextInput label={t("models.name")} required maxLength={128} data-autofocus {...form.getInputProps("name")} />
        <PasswordInput
          label={t("tokens.secret")}
          description={token ? t("tokens.keep", { masked: token.maskedToken }) : undefined}
          required={!token}
          autoComplete="off"
          {...form.getInputProps("token")}
        />
        <TextInput label={t("tokens.address")} placeholder="https://" {...form.getInputProps("baseUrl")} />
        <TagsInput
          label={t("tokens.models")}
          description={t("tokens.models_text")}
          {...form.getInputProps("modelAccess")}
        />
        <Group grow align="flex-start">
          <NumberInput label={t("tokens.daily")} min={0} allowDecimal={false} {...form.getInputProps("dailyLimit")} />
          <NumberInput
            label={t("tokens.monthly")}
            min={0}
            allowDecimal={false}
            {...form.getInputProps("monthlyLimit")}
          />
          <NumberInput
            label={t("tokens.priority")}
            min={0}
            required
            allowDecimal={false}
            {...form.getInputProps("priority")}
          />
        </Group>
        <Textarea label={t("tokens.notes")} autosize minRows={2} {...form.getInputProps("notes")} />
        <Switch label={t("tokens.active")} {...form.getInputProps("isActive", { type: "checkbox" })} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("shell:cancel")}
          </Button>
          <Button type="submit" loading={form.submitting}>
            {t("shell:save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
