/** Rosters: a spreadsheet is dropped, its columns are looked at, its rows counted, imported, and taken back if need be. */
import { Button, Steps } from "antd";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { api, type Schema } from "@/api/client";
import { useFresh } from "@/api/news";
import { PageFrame } from "@/shared/page-frame";
import { Loaded } from "@/shared/states";
import { Columns } from "./columns";
import { History } from "./history";
import { Preview } from "./preview";
import { Result } from "./result";
import { UploadFile } from "./upload";
import "./roster.css";

export type Job = Schema<"ImportDetailBody">;

/** News say when something has moved; this is for a browser that hears none. */
const LOOK_EVERY_MS = 10_000;

export function isRunning(job: Job | undefined): boolean {
  return job !== undefined && (job.progress != null || job.state === "importing" || job.state === "undoing");
}

/** An import as it is now, read again whenever what runs for it has gone on. */
export function useJob(id: string) {
  useFresh(["import_progress"], "/v1/imports/{id}");
  return api.useQuery(
    "get",
    "/v1/imports/{id}",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (isRunning(state.data) ? LOOK_EVERY_MS : false) },
  );
}

export default function RosterPage() {
  const [search] = useSearchParams();
  const id = search.get("import");
  return id === null ? <Overview /> : <Work key={id} id={id} />;
}

function Overview() {
  const { t } = useTranslation("roster");
  const imports = api.useQuery("get", "/v1/imports");
  return (
    <PageFrame title={t("menu.roster")} description={t("text")}>
      <UploadFile limits={imports.data} />
      <h2 className="roster-heading">{t("history")}</h2>
      <History imports={imports.data?.imports} error={imports.error} retry={imports.refetch} />
    </PageFrame>
  );
}

const STEPS = ["choose", "columns", "preview", "import"];

function Work({ id }: { id: string }) {
  const { t } = useTranslation("roster");
  const [search, setSearch] = useSearchParams();
  const job = useJob(id);
  const go = (step: "columns" | "preview") => setSearch({ import: id, step });
  const leave = () => setSearch({});
  const wanted = search.get("step") === "preview" ? 2 : 1;
  const step = job.data === undefined || job.data.state === "ready" ? wanted : 3;
  return (
    <PageFrame
      title={t("menu.roster")}
      description={job.data?.file_name}
      actions={<Button onClick={leave}>{t("back")}</Button>}
    >
      <Steps
        size="small"
        current={step}
        status={job.data?.state === "failed" ? "error" : undefined}
        items={STEPS.map((name) => ({ title: t(`step.${name}`) }))}
      />
      <Loaded query={job} rows={10}>
        {(found) => {
          if (step === 1) return <Columns job={found} next={() => go("preview")} leave={leave} />;
          if (step === 2) return <Preview job={found} back={() => go("columns")} />;
          return <Result job={found} offline={job.error !== null} />;
        }}
      </Loaded>
    </PageFrame>
  );
}
