/** Every page of the console, in the order of the menu: the only place where a page is made known. */
import {
  AimOutlined,
  ApartmentOutlined,
  AuditOutlined,
  CommentOutlined,
  DashboardOutlined,
  FileProtectOutlined,
  HomeOutlined,
  ImportOutlined,
  MergeCellsOutlined,
  MobileOutlined,
  NotificationOutlined,
  TableOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import { lazy, useState, type ComponentType, type ReactNode } from "react";
import { matchPath } from "react-router";
import type { Action } from "./api/actions";
import i18n from "./i18n";

export interface Page {
  /** Folder in src/pages, namespace of its texts, and `menu.<name>` in src/shared/{zh,en}.json. */
  name: string;
  path: string;
  /** What one must be able to do to see it. */
  action: Action;
  /** Only pages with an icon stand in the menu. */
  icon?: ReactNode;
  view: ComponentType;
  /** Fetches its code and texts before anybody is known to see it. */
  preload: () => Promise<void>;
}

const TEXTS = import.meta.glob<{ default: Record<string, string> }>("./pages/*/*.json");

/** Loads a page together with its texts in both languages. */
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

/** A page that is there already is shown at once: what React waits for it shows a third of a second later. */
function view(name: string, load: () => Promise<{ default: ComponentType }>) {
  const fetch = withTexts(name, load);
  const Awaited = lazy(fetch);
  let here: ComponentType | undefined;
  function View() {
    const [Ready] = useState(() => here);
    return Ready ? <Ready /> : <Awaited />;
  }
  const preload = async () => {
    here = (await fetch()).default;
  };
  return { view: View, preload };
}

export const PAGES: Page[] = [
  {
    name: "overview",
    path: "/",
    action: "read",
    icon: <DashboardOutlined />,
    ...view("overview", () => import("./pages/overview")),
  },
  {
    name: "roster",
    path: "/roster",
    action: "import",
    icon: <ImportOutlined />,
    ...view("roster", () => import("./pages/roster")),
  },
  {
    name: "grids",
    path: "/grids",
    action: "read",
    icon: <ApartmentOutlined />,
    ...view("grids", () => import("./pages/grids")),
  },
  {
    name: "phones",
    path: "/phones",
    action: "read",
    icon: <MobileOutlined />,
    ...view("phones", () => import("./pages/phones")),
  },
  {
    name: "coverage",
    path: "/coverage",
    action: "read",
    icon: <AimOutlined />,
    ...view("coverage", () => import("./pages/coverage")),
  },
  {
    name: "households",
    path: "/households",
    action: "read",
    icon: <HomeOutlined />,
    ...view("households", () => import("./pages/households")),
  },
  {
    name: "household",
    path: "/households/:id",
    action: "read",
    ...view("household", () => import("./pages/household")),
  },
  {
    name: "merge",
    path: "/merge",
    action: "read",
    icon: <MergeCellsOutlined />,
    ...view("merge", () => import("./pages/merge")),
  },
  {
    name: "ledgers",
    path: "/ledgers",
    action: "read",
    icon: <TableOutlined />,
    ...view("ledgers", () => import("./pages/ledgers")),
  },
  {
    name: "directives",
    path: "/directives",
    action: "read",
    icon: <NotificationOutlined />,
    ...view("directives", () => import("./pages/directives")),
  },
  {
    name: "forgetting",
    path: "/forgetting",
    action: "read",
    icon: <FileProtectOutlined />,
    ...view("forgetting", () => import("./pages/forgetting")),
  },
  {
    name: "audit",
    path: "/audit",
    action: "audit",
    icon: <AuditOutlined />,
    ...view("audit", () => import("./pages/audit")),
  },
  {
    name: "users",
    path: "/users",
    action: "read_users",
    icon: <TeamOutlined />,
    ...view("users", () => import("./pages/users")),
  },
  {
    name: "operator",
    path: "/operator",
    action: "speak_up",
    icon: <CommentOutlined />,
    ...view("operator", () => import("./pages/operator")),
  },
  {
    name: "account",
    path: "/account",
    action: "read_sessions",
    ...view("account", () => import("./pages/account")),
  },
];

/** Fetches the page of an address such as `/coverage` before it is to be seen. */
export function preload(address: string) {
  const path = address.replace(/\?.*$/, "");
  const page = PAGES.find((it) => matchPath(it.path, path === "" ? "/" : path));
  // What cannot be fetched now is fetched again, and its failure shown, when the page is to be seen.
  page?.preload().catch(() => undefined);
}
