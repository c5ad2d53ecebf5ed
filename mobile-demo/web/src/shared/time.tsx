/** Times, always the viewer's local time. */
import dayjs from "dayjs";
import { useTranslation } from "@/shared/texts";

export function absolute(at: number): string {
  return dayjs(at).format("YYYY-MM-DD HH:mm");
}

interface AtProps {
  at: number | null | undefined;
  /** Said when there is none. */
  none?: string;
}

export function Time({ at, none = "—" }: AtProps) {
  if (at === null || at === undefined) return <span>{none}</span>;
  return (
    <time dateTime={dayjs(at).toISOString()} className="number">
      {absolute(at)}
    </time>
  );
}

/** Exact today, by the day afterwards: nobody plans by the minute of last Tuesday. */
export function Ago({ at, none = "—" }: AtProps) {
  const { t } = useTranslation();
  if (at === null || at === undefined) return <span>{none}</span>;
  const then = dayjs(at);
  const days = dayjs().startOf("day").diff(then.startOf("day"), "day");
  const words =
    dayjs().diff(then, "hour") >= 24 || days > 1
      ? t("time.days", { count: Math.max(days, 1) })
      : t(days === 0 ? "time.today" : "time.yesterday", { time: then.format("HH:mm") });
  return (
    <time dateTime={then.toISOString()} title={absolute(at)}>
      {words}
    </time>
  );
}
