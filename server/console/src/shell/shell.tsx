/** The frame: skip link, menu, header, and the place where pages appear. */
import { Layout, Menu } from "antd";
import { Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, Outlet, useLocation, useMatches } from "react-router";
import { useCan, useSession } from "@/api/session";
import { PAGES, preload, type Page } from "@/pages";
import { OperatorLine } from "@/shared/operator-line";
import { PageFrame } from "@/shared/page-frame";
import { Empty, Loading } from "@/shared/states";
import { TopBar } from "./top-bar";

export function Shell() {
  const { t } = useTranslation();
  const { community } = useSession();
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const came = useRef(pathname);

  // Whoever uses the keyboard goes on at the top of the new page, not in the menu.
  useEffect(() => {
    if (came.current !== pathname) main.current?.focus();
    came.current = pathname;
  }, [pathname]);

  return (
    <Layout className="shell">
      <a
        className="skip-link"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t("shell.skip")}
      </a>
      <Layout.Sider width={208} theme="light" className="shell-side">
        <div className="shell-brand">
          <img src="/icon.svg" alt="" />
          {t("product")}
        </div>
        <nav aria-label={t("shell.menu")}>
          <SideMenu />
        </nav>
      </Layout.Sider>
      <Layout>
        <Layout.Header className="shell-top">
          <span className="shell-community" title={community ?? undefined}>
            {community ?? t("shell.no_community")}
          </span>
          <TopBar />
        </Layout.Header>
        <main id="main" ref={main} tabIndex={-1} className="shell-main">
          <Outlet />
        </main>
        <OperatorLine who />
      </Layout>
    </Layout>
  );
}

function SideMenu() {
  const { t } = useTranslation();
  const can = useCan();
  const { pathname } = useLocation();
  const shown = PAGES.filter((page) => page.icon && can(page.action));
  const current = shown
    .filter(({ path }) => path === pathname || (path !== "/" && pathname.startsWith(`${path}/`)))
    .map(({ name }) => name);
  const items = shown.map(({ name, path, icon }) => ({
    key: name,
    icon,
    label: (
      <Link to={path} onPointerEnter={() => preload(path)} onFocus={() => preload(path)}>
        {t(`menu.${name}`)}
      </Link>
    ),
  }));
  return <Menu mode="inline" items={items} selectedKeys={current} />;
}

/** A page, once it and its texts are loaded, for those who may see it. */
export function PageSlot({ page }: { page: Page }) {
  const { t } = useTranslation();
  const can = useCan();
  const { community } = useSession();
  const matches = useMatches();
  const title = t(`menu.${page.name}`);
  useEffect(() => {
    document.title = [title, community ?? t("product")].join(" · ");
  }, [title, community, t, matches]);
  if (!can(page.action)) {
    return (
      <PageFrame title={title}>
        <Empty title={t("state.not_allowed")} text={t("state.not_allowed.text")} />
      </PageFrame>
    );
  }
  return (
    <Suspense
      fallback={
        <PageFrame title={title}>
          <Loading />
        </PageFrame>
      }
    >
      <page.view />
    </Suspense>
  );
}
