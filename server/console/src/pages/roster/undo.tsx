/** Takes an import back: what that will do is counted and said before, and a reason is asked for. */
import { Alert, Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { api, refresh } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Dialog } from "@/shared/dialog";
import { Loaded } from "@/shared/states";
import { Kept } from "./kept";
import { UndoneCounts } from "./undone";

/** As long as the relay takes. */
const REASON_CHARS_MAX = 100;

interface UndoProps {
  id: string;
  fileName: string;
  close: () => void;
  begun: () => void;
}

export function Undo({ id, fileName, close, begun }: UndoProps) {
  const { t } = useTranslation("roster");
  // What somebody changed a moment ago counts too.
  const would = api.useQuery("get", "/v1/imports/{id}/undo", { params: { path: { id } } }, { staleTime: 0 });
  const undo = api.useMutation("post", "/v1/imports/{id}/undo", {
    onSuccess: async () => {
      close();
      begun();
      await refresh("/v1/imports", "/v1/imports/{id}");
    },
  });
  return (
    <Dialog title={t("undo.title", { name: fileName })} close={close} width={640}>
      <Form<{ reason: string }>
        name="undo-import"
        layout="vertical"
        requiredMark={false}
        onFinish={({ reason }) => undo.mutate({ params: { path: { id } }, body: { reason } })}
      >
        <Form.Item
          name="reason"
          label={t("reason.label")}
          rules={[{ required: true, whitespace: true, message: t("field.required") }]}
        >
          <Input maxLength={REASON_CHARS_MAX} showCount />
        </Form.Item>
        <Loaded query={would} rows={4}>
          {({ summary, kept }) => (
            <>
              <p>{t("undo.will")}</p>
              <UndoneCounts summary={summary} />
              <p className="roster-quiet">{t("undo.back")}</p>
              <Kept kept={kept} count={summary.kept} />
            </>
          )}
        </Loaded>
        {undo.error !== null && (
          <Alert role="alert" showIcon type="error" title={problemOf(undo.error).text} />
        )}
        <div className="roster-dialog-foot">
          <Button onClick={close}>{t("cancel")}</Button>
          <Button danger type="primary" htmlType="submit" loading={undo.isPending} disabled={!would.data}>
            {t("undo.ok")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
