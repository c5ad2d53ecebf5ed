import { useTranslation } from "@/shared/texts";
import { language, setLanguage } from "@/i18n";
import type { Language } from "@/language";
import { Choice } from "./fields";
import { usePhone } from "./phone";

const LANGUAGES = [
  { value: "zh", label: "中文" },
  { value: "en", label: "English" },
] as const;

export function LanguageChoice({ shown = false }: { shown?: boolean }) {
  const { t } = useTranslation();
  const phone = usePhone();
  const choose = (chosen: Language) => {
    setLanguage(chosen);
    void phone.call("setLanguage", { language: chosen }).catch(() => undefined);
  };
  return (
    <Choice label={t("language")} shown={shown} options={LANGUAGES} value={[language()]} onChange={choose} />
  );
}
