/** The language of this phone's person, known before any text is there. */
export type Language = "zh" | "en";

const KEPT = "linli.app.language";

export function wantedLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.startsWith("en") ? "en" : "zh";
}

export function keepLanguage(language: Language) {
  localStorage.setItem(KEPT, language);
}
