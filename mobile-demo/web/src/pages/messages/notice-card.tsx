/** "The office kept 138…, you had entered 139…", with the reason. */
import { Button } from "antd-mobile";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { Notice } from "@/phone/calls";
import { useDo } from "@/shared/phone";
import { Refused } from "@/shared/states";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";

export function NoticeCard({ notice }: { notice: Notice }) {
  const { t } = useTranslation("messages");
  const seen = useDo("markNoticeSeen");
  const value = (text: string) => (text === "" ? t("emptied") : text);
  return (
    <article className="panel">
      <div className="row-notes">
        <Status tone={notice.seen ? "good" : "waiting"}>{t(notice.seen ? "read" : "unread")}</Status>
        <Time at={notice.at} />
      </div>
      <h2>
        <Link to={`/household/${notice.household}`} className="link">
          {notice.address === "" ? t("gone") : notice.address}
        </Link>
        {` · ${notice.label}`}
      </h2>
      {notice.undone ? (
        <p>{t("undone", { mine: value(notice.mine) })}</p>
      ) : (
        <dl className="versions">
          <dt>{t("kept")}</dt>
          <dd>
            <strong>{value(notice.kept)}</strong>
          </dd>
          <dt>{t("mine")}</dt>
          <dd>
            <s>{value(notice.mine)}</s>
          </dd>
        </dl>
      )}
      {notice.reason !== "" && <p>{t("reason", { reason: notice.reason })}</p>}
      <Refused problem={seen.error} />
      {!notice.seen && (
        <Button
          block
          color="primary"
          fill="outline"
          loading={seen.isPending}
          onClick={() => seen.mutate({ id: notice.id })}
        >
          {t("seen")}
        </Button>
      )}
    </article>
  );
}
