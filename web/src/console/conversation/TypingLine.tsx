import { useTranslation } from "react-i18next";

/** Who types; keeps its place, so that nothing moves when somebody begins. */
export function TypingLine({ names }: { names: string[] }) {
  const { t } = useTranslation("conversation");
  return (
    <div className="cv-typing" role="status">
      {names.length > 0 && t("typing", { names: names.join(", "), count: names.length })}
    </div>
  );
}
