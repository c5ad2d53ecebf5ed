/** Takes an import back: what that will do is counted and said before, and a reason is asked for. */
import { Alert, Button, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { api, refresh } from "@/api/client";
import { problemOf } from "@/api/problem";
import { Dialog } from "@/shared/dialog";
import { Progress } from "@/shared/progress";
import { Loaded } from "@/shared/states";
import { Kept } from "./kept";
import { UndoneCounts } from "./undone";

/** As long as the relay takes. */
const REASON_CHARS_MAX = 100;

/** A whole roster is counted in two seconds or so: often enough for a bar that moves. */
const ASK_AGAIN_MS = 300;

interface UndoProps {
  id: string;
  fileName: string;
  close: () => void;
  begun: () => void;
}

export function Undo({ id, fileName, close, begun }: UndoProps) {
  const { t } = useTranslation("roster");
  const would = api.useQuery(
    "get",
    "/v1/imports/{id}/undo",
    { params: { path: { id } } },
    {
      // What somebody changed a moment ago counts too.
      staleTime: 0,
      refetchInterval: ({ state }) => (state.data?.counting != null ? ASK_AGAIN_MS : false),
    },
  );
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
        autoComplete="off"
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
          {({ counting, summary, kept }) =>
            summary == null ? (
              <Counting done={counting?.done ?? 0} total={counting?.total ?? 0} />
            ) : (
              <>
                <p>{t("undo.will")}</p>
                <UndoneCounts summary={summary} />
                <p className="roster-quiet">{t("undo.back")}</p>
                <Kept kept={kept} count={summary.kept} />
              </>
            )
          }
        </Loaded>
        {undo.error !== null && (
          <Alert role="alert" showIcon type="error" title={problemOf(undo.error).text} />
        )}
        <div className="roster-dialog-foot">
          <Button onClick={close}>{t("cancel")}</Button>
          <Button
            danger
            type="primary"
            htmlType="submit"
            loading={undo.isPending}
            disabled={would.data?.summary == null}
          >
            {t("undo.ok")}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

/** Every household is looked at before anything is said; nobody has to wait here, what was typed stays. */
function Counting({ done, total }: { done: number; total: number }) {
  const { t, i18n } = useTranslation("roster");
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <section aria-live="polite">
      <Progress
        label={t("undo.counting")}
        done={done}
        total={Math.max(total, 1)}
        detail={t("running.households", { done: number.format(done), total: number.format(total) })}
      />
      <p className="roster-quiet">{t("undo.counting.text")}</p>
    </section>
  );
}
