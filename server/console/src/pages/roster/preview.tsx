/** What an import would do, and every row that cannot be imported with why. */
import { Alert, App, Button } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Loading } from "@/shared/states";
import { BadRows, RejectsButton } from "./bad-rows";
import { Counts } from "./counts";
import type { Job } from "./index";
import { Running } from "./running";

export function Preview({ job, back }: { job: Job; back: () => void }) {
  const { t, i18n } = useTranslation("roster");
  const { message } = App.useApp();
  const again = () => refresh("/v1/imports/{id}", "/v1/imports");
  const { mutate: check, isPending: isAsking } = api.useMutation("post", "/v1/imports/{id}/check", {
    onSettled: again,
  });
  const start = api.useMutation("post", "/v1/imports/{id}/start", {
    onSuccess: again,
    onError: (problem) => message.error(problemOf(problem).text),
  });
  const { id, summary, progress, problem } = job;
  const isCounted = summary != null || problem != null;
  useEffect(() => {
    if (!isCounted && progress == null && !isAsking) check({ params: { path: { id } } });
    // Asked once when the step is opened; what runs then is looked at by the page.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, isCounted]);

  const changes = summary ? summary.households_new + summary.households_changed : 0;
  return (
    <>
      <div className="roster-body">
        {problem != null && (
          <Alert showIcon type="error" title={i18n.language === "en" ? problem.text_en : problem.text_zh} />
        )}
        {!isCounted && (progress == null ? <Loading rows={4} /> : <Running job={job} />)}
        {summary != null && (
          <>
            <Counts summary={summary} />
            {changes === 0 && <Alert showIcon type="info" title={t("preview.nothing")} />}
            {summary.rows_bad === 0 ? (
              <Alert showIcon type="success" title={t("bad.none")} />
            ) : (
              <BadRows id={id} />
            )}
          </>
        )}
      </div>
      <div className="roster-foot">
        <Button onClick={back}>{t("preview.back")}</Button>
        <span className="grow" />
        {summary != null && summary.rows_bad > 0 && <RejectsButton id={id} />}
        <Button
          type="primary"
          loading={start.isPending}
          disabled={summary == null}
          onClick={() => start.mutate({ params: { path: { id } } })}
        >
          {t("preview.start", { n: summary?.households ?? 0 })}
        </Button>
      </div>
    </>
  );
}
