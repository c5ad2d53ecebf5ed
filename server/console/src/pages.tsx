/** Every page of the console, in the order of the menu: the only place where a page is made known. */
import {
  AimOutlined,
  ApartmentOutlined,
  AuditOutlined,
  DashboardOutlined,
  HomeOutlined,
  ImportOutlined,
  MergeCellsOutlined,
  MobileOutlined,
  NotificationOutlined,
  TableOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import { lazy, type ComponentType, type LazyExoticComponent, type ReactNode } from "react";
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
  view: LazyExoticComponent<ComponentType>;
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

function view(name: string, load: () => Promise<{ default: ComponentType }>) {
  return lazy(withTexts(name, load));
}

export const PAGES: Page[] = [
  {
    name: "overview",
    path: "/",
    action: "read",
    icon: <DashboardOutlined />,
    view: view("overview", () => import("./pages/overview")),
  },
  {
    name: "roster",
    path: "/roster",
    action: "import",
    icon: <ImportOutlined />,
    view: view("roster", () => import("./pages/roster")),
  },
  {
    name: "grids",
    path: "/grids",
    action: "read",
    icon: <ApartmentOutlined />,
    view: view("grids", () => import("./pages/grids")),
  },
  {
    name: "phones",
    path: "/phones",
    action: "read",
    icon: <MobileOutlined />,
    view: view("phones", () => import("./pages/phones")),
  },
  {
    name: "coverage",
    path: "/coverage",
    action: "read",
    icon: <AimOutlined />,
    view: view("coverage", () => import("./pages/coverage")),
  },
  {
    name: "households",
    path: "/households",
    action: "read",
    icon: <HomeOutlined />,
    view: view("households", () => import("./pages/households")),
  },
  {
    name: "household",
    path: "/households/:id",
    action: "read",
    view: view("household", () => import("./pages/household")),
  },
  {
    name: "merge",
    path: "/merge",
    action: "read",
    icon: <MergeCellsOutlined />,
    view: view("merge", () => import("./pages/merge")),
  },
  {
    name: "ledgers",
    path: "/ledgers",
    action: "read",
    icon: <TableOutlined />,
    view: view("ledgers", () => import("./pages/ledgers")),
  },
  {
    name: "directives",
    path: "/directives",
    action: "read",
    icon: <NotificationOutlined />,
    view: view("directives", () => import("./pages/directives")),
  },
  {
    name: "audit",
    path: "/audit",
    action: "audit",
    icon: <AuditOutlined />,
    view: view("audit", () => import("./pages/audit")),
  },
  {
    name: "users",
    path: "/users",
    action: "read_users",
    icon: <TeamOutlined />,
    view: view("users", () => import("./pages/users")),
  },
  {
    name: "account",
    path: "/account",
    action: "read_sessions",
    view: view("account", () => import("./pages/account")),
  },
];
