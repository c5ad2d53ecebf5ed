/** Times, always the viewer's local time. */
import { Tooltip } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { Status } from "./status";

/** As the API has them: RFC 3339 or milliseconds. */
export type At = string | number;

/** Two clocks that differ by more than this are both shown. */
const CLOCKS_APART_MS = 5 * 60 * 1000;

/** `2026-03-01 09:30`: sorts as it reads, the same in both languages. */
export function absolute(at: At): string {
  return dayjs(at).format("YYYY-MM-DD HH:mm");
}

interface TimeProps {
  at: At | null | undefined;
  /** Shown when there is none. */
  none?: string;
  /** `relative` says "3 days ago" and has the exact time in its tip. */
  style?: "relative" | "absolute";
}

export function Time({ at, none = "—", style = "absolute" }: TimeProps) {
  // Relative words change with the language.
  useTranslation();
  if (at === null || at === undefined) return <span>{none}</span>;
  const exact = absolute(at);
  if (style === "absolute") {
    return (
      <time dateTime={dayjs(at).toISOString()} className="number">
        {exact}
      </time>
    );
  }
  return (
    <Tooltip title={exact}>
      <time dateTime={dayjs(at).toISOString()}>{dayjs(at).fromNow()}</time>
    </Tooltip>
  );
}

/** When it happened by the phone and when the relay received it; both where they are apart. */
export function TwoClocks({ phone, received }: { phone: At; received?: At | null }) {
  const { t } = useTranslation();
  const apart = received != null && Math.abs(dayjs(received).diff(dayjs(phone))) > CLOCKS_APART_MS;
  return (
    <span>
      <Time at={phone} />
      {apart && (
        <>
          {" · "}
          {t("time.received")} <Time at={received} />
        </>
      )}
    </span>
  );
}

/** Whether something was heard of lately; being silent is nobody's fault. */
export function LastContact({ at }: { at: At | null | undefined }) {
  const { t } = useTranslation();
  if (at === null || at === undefined) return <Status tone="neutral">{t("time.never")}</Status>;
  return <Time at={at} style="relative" />;
}
