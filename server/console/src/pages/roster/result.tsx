/** An import that was begun: how far it is, what it did, and the way back. */
import { Alert, App, Button, Result as Outcome } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, refresh } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Time } from "@/shared/time";
import { BadRows, RejectsButton } from "./bad-rows";
import { Counts } from "./counts";
import { isRunning, type Job } from "./index";
import { Kept } from "./kept";
import { Running } from "./running";
import { Undo } from "./undo";
import { UndoneCounts } from "./undone";

export function Result({ job, offline }: { job: Job; offline: boolean }) {
  const { t } = useTranslation("roster");
  if (isRunning(job)) {
    return (
      <div className="roster-body">
        {offline && <Alert role="alert" showIcon type="warning" title={t("offline")} />}
        <Running job={job} />
      </div>
    );
  }
  return job.state === "failed" ? <FailedImport job={job} /> : <Done job={job} />;
}

function FailedImport({ job }: { job: Job }) {
  const { t, i18n } = useTranslation("roster");
  const { message } = App.useApp();
  const start = api.useMutation("post", "/v1/imports/{id}/start", {
    onSuccess: () => refresh("/v1/imports/{id}", "/v1/imports"),
    onError: (problem) => message.error(problemOf(problem).text),
  });
  const why = i18n.language === "en" ? job.problem?.text_en : job.problem?.text_zh;
  return (
    <Outcome
      status="error"
      title={t("failed")}
      subTitle={why}
      extra={
        job.has_file && (
          <Button
            type="primary"
            loading={start.isPending}
            onClick={() => start.mutate({ params: { path: { id: job.id } } })}
          >
            {t("failed.again")}
          </Button>
        )
      }
    />
  );
}

function Done({ job }: { job: Job }) {
  const { t, i18n } = useTranslation("roster");
  const navigate = useNavigate();
  const [undoing, setUndoing] = useState(false);
  const { id, state, summary, undo, problem } = job;
  const hasRejects = summary != null && summary.rows_bad > 0 && job.has_file;
  return (
    <>
      <div className="roster-body">
        {problem != null && (
          <Alert
            showIcon
            type="error"
            title={t("undo.failed")}
            description={i18n.language === "en" ? problem.text_en : problem.text_zh}
          />
        )}
        {state === "imported" ? (
          <Alert showIcon type="success" title={t("done")} description={<Who job={job} />} />
        ) : (
          <Alert showIcon type="info" title={t("undone")} description={<Who job={job} />} />
        )}
        {summary != null && <Counts summary={summary} />}
        {state === "undone" && undo != null && (
          <section className="panel" aria-label={t("undone")}>
            <h2>{t("undone.heading")}</h2>
            <p>
              {t("undone.by", { by: undo.by, reason: undo.reason })} <Time at={undo.at_ms} />
            </p>
            <UndoneCounts summary={undo.summary} />
            <Kept kept={undo.kept} count={undo.summary.kept} />
          </section>
        )}
        {hasRejects && <BadRows id={id} />}
      </div>
      <div className="roster-foot">
        {state === "imported" && <Button onClick={() => setUndoing(true)}>{t("undo")}</Button>}
        <span className="grow" />
        {hasRejects && <RejectsButton id={id} />}
        <Button type="primary" onClick={() => void navigate("/households")}>
          {t("done.households")}
        </Button>
      </div>
      {undoing && (
        <Undo id={id} fileName={job.file_name} close={() => setUndoing(false)} begun={() => undefined} />
      )}
    </>
  );
}

function Who({ job }: { job: Job }) {
  const { t } = useTranslation("roster");
  return (
    <>
      {t("done.by", { by: job.by ?? t("history.by_program"), community: job.community })}{" "}
      <Time at={job.created_ms} />
      {!job.has_file && ` · ${t("done.no_file")}`}
    </>
  );
}
