/**
 * The words of the screens, in the language that is spoken now:
 *
 *     const { t } = useTranslation("visit"); // src/pages/visit/{zh,en}.json, then src/shared/{zh,en}.json
 *
 * A list asks for hundreds of them while somebody waits. Each component only reads a context, and words that have
 * nothing to be filled in are looked up once.
 */
import type { TOptions } from "i18next";
import { createContext, use, useSyncExternalStore, type ReactNode } from "react";
import i18n, { language } from "@/i18n";
import type { Language } from "@/language";

type Words = (key: string, fill?: TOptions) => string;

const Context = createContext<Language>("zh");

export const useLanguage = () => use(Context);

export function TextsProvider({ children }: { children: ReactNode }) {
  return <Context value={useSyncExternalStore(listen, language)}>{children}</Context>;
}

export function useTranslation(namespace = "shared"): { t: Words } {
  return textsOf(use(Context), namespace);
}

function listen(changed: () => void) {
  i18n.on("languageChanged", changed);
  return () => i18n.off("languageChanged", changed);
}

const made = new Map<string, { t: Words }>();

function textsOf(spoken: Language, namespace: string): { t: Words } {
  const name = `${spoken}/${namespace}`;
  const there = made.get(name);
  if (there) return there;
  const texts = { t: remembering(i18n.getFixedT(spoken, namespace)) };
  made.set(name, texts);
  return texts;
}

function remembering(t: Words): Words {
  const whole = new Map<string, string>();
  return (key, fill) => {
    if (fill !== undefined) return t(key, fill);
    const there = whole.get(key);
    if (there !== undefined) return there;
    const words = t(key);
    whole.set(key, words);
    return words;
  };
}
