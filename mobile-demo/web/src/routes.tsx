/** Every screen behind the gates: the only place where one is made known. */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import i18n from "./i18n";

const TEXTS = import.meta.glob<{ default: Record<string, string> }>("./pages/*/*.json");

/** Loads a screen together with its texts in both languages. */
export function withTexts<Props>(name: string, load: () => Promise<{ default: ComponentType<Props> }>) {
  return async () => {
    const texts = async (language: string) => {
      const found = await TEXTS[`./pages/${name}/${language}.json`]?.();
      if (found) i18n.addResourceBundle(language, name, found.default);
    };
    const [view] = await Promise.all([load(), texts("zh"), texts("en")]);
    return view;
  };
}

interface Route {
  path: string;
  view: LazyExoticComponent<ComponentType>;
}

function route(path: string, name: string, load: () => Promise<{ default: ComponentType }>): Route {
  return { path, view: lazy(withTexts(name, load)) };
}

export const ROUTES: Route[] = [
  route("/", "today", () => import("./pages/today")),
  route("/building/:estate/:building", "building", () => import("./pages/building")),
  route("/household/:id", "household", () => import("./pages/household")),
  route("/household/:id/visit", "visit", () => import("./pages/visit")),
  route("/household/:id/resident", "resident", () => import("./pages/resident")),
  route("/household/:id/resident/:resident", "resident", () => import("./pages/resident")),
  route("/add", "add-household", () => import("./pages/add-household")),
  route("/issues", "issues", () => import("./pages/issues")),
  route("/issues/new", "report", () => import("./pages/report")),
  route("/messages", "messages", () => import("./pages/messages")),
  route("/sync", "sync", () => import("./pages/sync")),
  route("/me", "me", () => import("./pages/me")),
];
