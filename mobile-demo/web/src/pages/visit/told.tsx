/** Directives that the household was told of at the door. */
import { useTranslation } from "@/shared/texts";
import { Choice } from "@/shared/fields";
import { useAsk } from "@/shared/phone";

export function ToldField({
  told,
  onChange,
}: {
  told: readonly string[];
  onChange: (told: string[]) => void;
}) {
  const { t } = useTranslation("visit");
  const directives = useAsk("directives", {}).data ?? [];
  if (directives.length === 0) return null;
  const toggle = (id: string) => onChange(told.includes(id) ? told.filter((it) => it !== id) : [...told, id]);
  return (
    <Choice
      label={t("told")}
      options={directives.map(({ id, title }) => ({ value: id, label: title }))}
      value={told}
      onChange={toggle}
    />
  );
}
