/** Takes a file in. What can be seen to be too large is not sent at all. */
import { InboxOutlined } from "@ant-design/icons";
import { Alert, Upload } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { refresh, type Schema } from "@/api/client";
import { upload } from "@/api/files";
import { problemOf } from "@/api/problem";
import { Progress } from "@/shared/progress";

const ACCEPTED = ".xlsx,.xls,.csv";

interface Sending {
  name: string;
  sent: number;
  total: number;
}

export function UploadFile({ limits }: { limits: Schema<"ImportsBody"> | undefined }) {
  const { t } = useTranslation("roster");
  const [, setSearch] = useSearchParams();
  const [sending, setSending] = useState<Sending>();
  const [refused, setRefused] = useState<string>();
  const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);

  const take = async (file: File) => {
    setRefused(undefined);
    if (limits && file.size > limits.bytes_max) {
      setRefused(t("upload.too_large", { mb: mb(file.size), max: limits.bytes_max / 1024 / 1024 }));
      return;
    }
    setSending({ name: file.name, sent: 0, total: file.size });
    try {
      const job = await upload<Schema<"ImportJobBody">>({
        path: "/v1/imports",
        query: { file_name: file.name },
        body: file,
        onProgress: (sent, total) => setSending({ name: file.name, sent, total }),
      });
      void refresh("/v1/imports");
      setSearch({ import: job.id });
    } catch (problem) {
      setRefused(problemOf(problem).text);
    } finally {
      setSending(undefined);
    }
  };

  return (
    <section className="roster-upload" aria-label={t("upload")}>
      {refused !== undefined && (
        <Alert
          role="alert"
          showIcon
          type="error"
          title={t("upload.refused")}
          description={refused}
          closable={{ onClose: () => setRefused(undefined) }}
        />
      )}
      {sending ? (
        <div className="panel">
          <Progress
            label={t(sending.sent < sending.total ? "upload.sending" : "upload.reading", {
              name: sending.name,
            })}
            done={sending.sent}
            total={sending.total}
            detail={`${mb(sending.sent)} / ${mb(sending.total)} MB`}
          />
        </div>
      ) : (
        <Upload.Dragger
          accept={ACCEPTED}
          maxCount={1}
          showUploadList={false}
          beforeUpload={(file) => {
            void take(file);
            return Upload.LIST_IGNORE;
          }}
        >
          <p className="ant-upload-drag-icon">
            <InboxOutlined />
          </p>
          <p className="ant-upload-text">{t("upload.drop")}</p>
          <p className="ant-upload-hint">
            {t("upload.hint", {
              max: (limits?.bytes_max ?? 0) / 1024 / 1024,
              days: limits?.kept_days ?? 0,
            })}
          </p>
        </Upload.Dragger>
      )}
    </section>
  );
}
