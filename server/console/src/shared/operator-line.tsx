/** Who runs this, under which filing numbers, where to complain, and the privacy notice: on every page. */
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { Dialog } from "./dialog";
import { Time } from "./time";

/** `who`: somebody is signed in, so that having read the notice can be written down. */
export function OperatorLine({ who = false }: { who?: boolean }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const operator = api.useQuery("get", "/v1/operator");
  if (!operator.data) return null;
  const { operator: said, notice, read_ms: readMs } = operator.data;
  const parts = [
    said.name,
    said.icp_filing,
    said.police_filing,
    said.app_filing,
    said.complaints && t("operator.complaints", { where: said.complaints }),
  ].filter((part) => part !== "");
  if (parts.length === 0 && !notice) return null;
  const unread = who && notice !== null && notice !== undefined && !readMs;
  return (
    <footer className="operator-line" role="contentinfo">
      {parts.join(" · ")}{" "}
      {notice && (
        <Button type="link" size="small" onClick={() => setOpen(true)}>
          {t(unread ? "operator.notice.new" : "operator.notice")}
        </Button>
      )}
      {open && notice && <Notice notice={notice} unread={unread} close={() => setOpen(false)} />}
    </footer>
  );
}

interface NoticeProps {
  notice: Schema<"NoticeBody">;
  unread: boolean;
  close: () => void;
}

function Notice({ notice, unread, close }: NoticeProps) {
  const { t, i18n } = useTranslation();
  const read = api.useMutation("post", "/v1/privacy-notices/{version}/read", {
    onSuccess: async () => {
      await Promise.all([refresh("/v1/operator"), refresh("/v1/privacy-notices")]);
      close();
    },
  });
  const text = i18n.language === "en" && notice.en !== "" ? notice.en : notice.zh;
  return (
    <Dialog title={t("operator.notice")} close={close}>
      <p>
        {t("operator.notice.version", { version: notice.version })} · <Time at={notice.from_ms} />
      </p>
      <div style={{ whiteSpace: "pre-wrap" }}>{text}</div>
      {unread && (
        <div className="page-actions">
          <Button
            type="primary"
            loading={read.isPending}
            onClick={() => read.mutate({ params: { path: { version: String(notice.version) } } })}
          >
            {t("operator.notice.read")}
          </Button>
        </div>
      )}
    </Dialog>
  );
}
