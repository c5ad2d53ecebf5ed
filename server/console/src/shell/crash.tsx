/** What is shown instead of a page that does not exist or broke. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link, useRouteError } from "react-router";
import { problemOf } from "@/api/problem";
import { PageFrame } from "@/shared/page-frame";
import { Empty, Failed } from "@/shared/states";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <PageFrame title={t("state.no_page")}>
      <Empty
        title={t("state.no_page")}
        text={t("state.no_page.text")}
        action={
          <Link to="/">
            <Button type="primary">{t("menu.overview")}</Button>
          </Link>
        }
      />
    </PageFrame>
  );
}

/** A fault of the console itself; loading it anew is the only remedy it has. */
export function Crashed() {
  const error = useRouteError();
  return (
    <main className="door">
      <Failed problem={problemOf(error)} retry={() => location.reload()} />
    </main>
  );
}
