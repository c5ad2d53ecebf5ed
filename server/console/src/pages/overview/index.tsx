/** What there is, and what waits for somebody. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "@/api/client";
import { useSession } from "@/api/session";
import { PageFrame } from "@/shared/page-frame";
import { Loaded } from "@/shared/states";
import { Status } from "@/shared/status";
import { useWaiting, type Waiting } from "./waiting";

export default function Overview() {
  const { t } = useTranslation("overview");
  const { community } = useSession();
  return (
    <PageFrame title={t("menu.overview")} description={community ?? t("shell.no_community")}>
      <Counts />
      <Attention />
    </PageFrame>
  );
}

function Counts() {
  const { t, i18n } = useTranslation("overview");
  const status = api.useQuery("get", "/v1/status");
  const grids = api.useQuery("get", "/v1/grids");
  const workers = api.useQuery("get", "/v1/workers");
  const devices = api.useQuery("get", "/v1/devices");
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <Loaded query={status} rows={2}>
      {(counts) => (
        <dl className="counts">
          {[
            ["households", counts.households],
            ["residents", counts.residents],
            ["visits", counts.visits],
            ["grids", grids.data?.length],
            ["workers", workers.data?.length],
            ["phones", devices.data?.filter((device) => device.active).length],
          ].map(([name, count]) => (
            <div key={name} className="panel count">
              <dt>{t(`count.${name ?? ""}`)}</dt>
              <dd className="number">{typeof count === "number" ? number.format(count) : "…"}</dd>
            </div>
          ))}
        </dl>
      )}
    </Loaded>
  );
}

function Attention() {
  const { t } = useTranslation("overview");
  const query = useWaiting();
  return (
    <section className="panel" aria-labelledby="attention">
      <h2 id="attention">{t("attention")}</h2>
      <Loaded query={query} rows={3}>
        {(waiting) =>
          waiting.length === 0 ? (
            <Status tone="good">{t("attention.none")}</Status>
          ) : (
            <ul className="attention">
              {waiting.map((it) => (
                <Line key={it.name} waiting={it} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}

function Line({ waiting: { name, count, page, tone } }: { waiting: Waiting }) {
  const { t } = useTranslation("overview");
  return (
    <li>
      <div>
        <Status tone={tone}>{t(`waiting.${name}`, { count })}</Status>
        <p>{t(`waiting.${name}.text`)}</p>
      </div>
      <Link to={`/${page}`}>
        <Button tabIndex={-1}>{t("go", { page: t(`menu.${page}`) })}</Button>
      </Link>
    </li>
  );
}
