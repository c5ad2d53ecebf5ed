/**
 * Texts. `src/shared/{zh,en}.json` are there from the start; those of a page come with the page (routes.tsx).
 *
 *     const { t } = useTranslation("visit"); // src/pages/visit/{zh,en}.json, then src/shared/{zh,en}.json
 */
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import relativeTime from "dayjs/plugin/relativeTime";
import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./shared/en.json";
import zh from "./shared/zh.json";

export type Language = "zh" | "en";

const KEPT = "linli.app.language";

dayjs.extend(relativeTime);

export function language(): Language {
  return i18n.language === "en" ? "en" : "zh";
}

function wanted(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.startsWith("en") ? "en" : "zh";
}

export function setLanguage(language: Language) {
  localStorage.setItem(KEPT, language);
  void i18n.changeLanguage(language);
}

i18n.on("languageChanged", (language) => {
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  dayjs.locale(language === "en" ? "en" : "zh-cn");
});

void i18n.use(initReactI18next).init({
  lng: wanted(),
  fallbackLng: false,
  resources: { zh: { shared: zh }, en: { shared: en } },
  defaultNS: "shared",
  fallbackNS: "shared",
  // Keys are whole: "state.loading" is one word, found by searching for it.
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
});

export default i18n;
