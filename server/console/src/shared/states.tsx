/** What stands where data would: not there yet, none, or failed. */
import { CloseCircleOutlined, InboxOutlined } from "@ant-design/icons";
import { Button, Skeleton } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { problemOf } from "@/api/problem";

/** Grey lines in the place of what comes. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className="panel" role="status" aria-busy="true">
      <span className="only-read-aloud">{t("state.loading")}</span>
      <Skeleton active title={false} paragraph={{ rows, width: "100%" }} />
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

export function Empty({ title, text, action, icon = <InboxOutlined /> }: EmptyProps) {
  return (
    <section className="panel state">
      <span className="state-icon">{icon}</span>
      <h2>{title}</h2>
      {text !== undefined && <p>{text}</p>}
      {action}
    </section>
  );
}

interface FailedProps {
  problem: unknown;
  retry?: () => unknown;
}

/** Says what failed, offers to try again, and names whom to ask. */
export function Failed({ problem, retry }: FailedProps) {
  const { t } = useTranslation();
  const { code, text } = problemOf(problem);
  return (
    <section className="panel state" role="alert">
      <CloseCircleOutlined className="state-icon" style={{ color: "#b91c1c" }} />
      <h2>{t("state.failed")}</h2>
      <p>{text}</p>
      {retry && <Button onClick={() => void retry()}>{t("state.retry")}</Button>}
      <p className="code">{t("state.ask", { code })}</p>
    </section>
  );
}

interface Asked<Data> {
  data: Data | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface LoadedProps<Data> {
  /** As `api.useQuery` answers. */
  query: Asked<Data>;
  /** Shown instead when there is nothing. */
  empty?: { when: (data: Data) => boolean; show: ReactNode };
  rows?: number;
  children: (data: Data) => ReactNode;
}

/** Loading, failed, empty or there: a query shown in all its states. */
export function Loaded<Data>({ query, empty, rows, children }: LoadedProps<Data>) {
  const { data, error, refetch } = query;
  if (data === undefined) {
    return error ? <Failed problem={error} retry={refetch} /> : <Loading rows={rows} />;
  }
  return empty?.when(data) ? empty.show : children(data);
}
