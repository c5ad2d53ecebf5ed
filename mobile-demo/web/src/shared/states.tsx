/** What stands where data would: not there yet, none, or failed. */
import { CloseCircleOutline } from "antd-mobile-icons";
import { Button, Skeleton } from "antd-mobile";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "@/shared/texts";
import { problemOf } from "./problem";

/** Grey lines in the place of what comes. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className="panel" role="status" aria-busy="true">
      <span className="only-read-aloud">{t("state.loading")}</span>
      <Skeleton.Paragraph lineCount={rows} animated />
    </div>
  );
}

interface EmptyProps {
  title: ReactNode;
  /** Why there is nothing, and what to do about it. */
  text?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
}

export function Empty({ title, text, action, icon }: EmptyProps) {
  return (
    <section className="panel state">
      {icon !== undefined && (
        <span className="state-icon" aria-hidden>
          {icon}
        </span>
      )}
      <h2>{title}</h2>
      {text !== undefined && <p>{text}</p>}
      {action}
    </section>
  );
}

/** Says what failed and why, offers to try again, and names whom to ask. */
export function Failed({ problem, retry }: { problem: unknown; retry?: () => unknown }) {
  const { t } = useTranslation();
  const { code, text } = problemOf(problem);
  return (
    <section className="panel state" role="alert">
      <CloseCircleOutline className="state-icon bad" aria-hidden />
      <h2>{t("state.failed")}</h2>
      <p>{text}</p>
      {retry && (
        <Button color="primary" fill="outline" onClick={() => void retry()}>
          {t("state.retry")}
        </Button>
      )}
      <p className="code">{t("state.ask", { code })}</p>
    </section>
  );
}

/** The same in a form: what was typed stays. */
export function Refused({ problem }: { problem: unknown }) {
  const { t } = useTranslation();
  const note = useRef<HTMLDivElement>(null);
  // A long form has scrolled past it, and the button that was tapped stays where it is.
  useEffect(() => {
    // Newer browsers give a promise back, which is no way to clean up.
    note.current?.scrollIntoView({ block: "center" });
  }, [problem]);
  if (problem === null || problem === undefined) return null;
  const { code, text } = problemOf(problem);
  return (
    <div ref={note} className="note bad" role="alert">
      <CloseCircleOutline aria-hidden />
      <div>
        <strong>{text}</strong>
        <p className="code">{t("state.ask", { code })}</p>
      </div>
    </div>
  );
}

interface Asked<Data> {
  data: Data | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface LoadedProps<Data> {
  /** As `useAsk` answers. */
  query: Asked<Data>;
  rows?: number;
  children: (data: Data) => ReactNode;
}

/** Loading, failed or there: an answer shown in all its states. */
export function Loaded<Data>({ query, rows, children }: LoadedProps<Data>) {
  const { data, error, refetch } = query;
  if (data === undefined) {
    return error ? <Failed problem={error} retry={refetch} /> : <Loading rows={rows} />;
  }
  return children(data);
}
