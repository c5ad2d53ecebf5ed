/**
 * Texts: `src/shared/{zh,en}.json`, and a namespace for each folder of `src/pages`.
 * Screens read them through src/shared/texts.tsx.
 */
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import relativeTime from "dayjs/plugin/relativeTime";
import i18n from "i18next";
import { keepLanguage, wantedLanguage, type Language } from "./language";

type Texts = Record<string, string>;

// All of them at once: together they are smaller than the requests for each would be.
const FILES = import.meta.glob<Texts>("./{shared,pages/*}/*.json", { eager: true, import: "default" });

function textsOf(language: Language): Record<string, Texts> {
  const named = Object.entries(FILES).flatMap(([path, texts]) => {
    const [, folder, its] = /([^/]+)\/([^/]+)\.json$/.exec(path) ?? [];
    return folder !== undefined && its === language ? [[folder, texts] as const] : [];
  });
  return Object.fromEntries(named);
}

dayjs.extend(relativeTime);

export function language(): Language {
  return i18n.language === "en" ? "en" : "zh";
}

export function setLanguage(language: Language) {
  keepLanguage(language);
  void i18n.changeLanguage(language);
}

i18n.on("languageChanged", (language) => {
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  dayjs.locale(language === "en" ? "en" : "zh-cn");
});

void i18n.init({
  lng: wantedLanguage(),
  fallbackLng: false,
  resources: { zh: textsOf("zh"), en: textsOf("en") },
  defaultNS: "shared",
  fallbackNS: "shared",
  // Keys are whole: "state.loading" is one word, found by searching for it.
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
});

export default i18n;
