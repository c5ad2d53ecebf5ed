/** How far something is that goes on without this page. */
import { useTranslation } from "react-i18next";
import { Progress } from "@/shared/progress";
import type { Job } from "./index";

export function Running({ job }: { job: Job }) {
  const { t, i18n } = useTranslation("roster");
  const { doing, done, total } = job.progress ?? { doing: "import", done: 0, total: 1 };
  const number = new Intl.NumberFormat(i18n.language);
  // What is written counts twice: once worked out, once shown in the lists.
  const households = doing === "check" ? total : total / 2;
  const listed = doing === "check" ? done : Math.max(done - households, 0);
  const phase = doing === "check" || done < households ? "plan" : "list";
  const shown = phase === "plan" ? done : listed;
  return (
    <section className="panel" aria-live="polite">
      <Progress
        label={t(`running.${doing}.${phase}`)}
        done={done}
        total={Math.max(total, 1)}
        detail={t("running.households", {
          done: number.format(Math.min(Math.round(shown), households)),
          total: number.format(households),
        })}
      />
      {doing !== "check" && <p className="roster-quiet">{t("running.leave")}</p>}
    </section>
  );
}
