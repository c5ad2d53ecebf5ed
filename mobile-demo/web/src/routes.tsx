/** Every screen behind the gates: the only place where one is made known. */
import { lazy, type ComponentType, type LazyExoticComponent } from "react";

interface Route {
  path: string;
  view: LazyExoticComponent<ComponentType>;
}

function route(path: string, load: () => Promise<{ default: ComponentType }>): Route {
  return { path, view: lazy(load) };
}

export const ROUTES: Route[] = [
  route("/", () => import("./pages/today")),
  route("/building/:estate/:building", () => import("./pages/building")),
  route("/household/:id", () => import("./pages/household")),
  route("/household/:id/visit", () => import("./pages/visit")),
  route("/household/:id/resident", () => import("./pages/resident")),
  route("/household/:id/resident/:resident", () => import("./pages/resident")),
  route("/add", () => import("./pages/add-household")),
  route("/issues", () => import("./pages/issues")),
  route("/issues/new", () => import("./pages/report")),
  route("/messages", () => import("./pages/messages")),
  route("/sync", () => import("./pages/sync")),
  route("/me", () => import("./pages/me")),
];
