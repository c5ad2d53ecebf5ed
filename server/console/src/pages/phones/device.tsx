/** One phone: everything known of it, its name, and what can be done about it. */
import { Button, Drawer, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { api, refresh } from "@/api/client";
import { useCan } from "@/api/session";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";
import type { Phone } from ".";
import { Clock, Contact, Standing } from "./list";
import { useDeed, type Deed } from "./standing";
import { Compare } from "./waiting";

const LABEL_CHARS_MAX = 20;

const DEEDS: Record<Phone["status"], Deed[]> = {
  waiting: [],
  active: ["suspend", "revoke"],
  expired: ["revoke"],
  suspended: ["resume", "revoke"],
  revoked: [],
};

export function Device({ phone, close, review }: { phone: Phone; close: () => void; review: () => void }) {
  const { t } = useTranslation("phones");
  const can = useCan();
  const act = useDeed();
  return (
    <Drawer open title={t("phone.of", { name: phone.name })} size={440} onClose={close}>
      <dl className="facts">
        <dt>{t("status")}</dt>
        <dd>
          <Standing phone={phone} />
          {phone.reason !== "" && <span className="aside"> {phone.reason}</span>}
        </dd>
        <dt>{t("fingerprint")}</dt>
        <dd>
          <code className="fingerprint">{phone.fingerprint}</code>
        </dd>
        <dt>{t("contact")}</dt>
        <dd>
          <Contact phone={phone} />
        </dd>
        <dt>{t("unsent")}</dt>
        <dd>{phone.unsent ?? "—"}</dd>
        <dt>{t("clock")}</dt>
        <dd>
          <Clock phone={phone} />
        </dd>
        <dt>{t("app")}</dt>
        <dd>{phone.app ?? "—"}</dd>
        <dt>{t("enrolled")}</dt>
        <dd>
          <Time at={phone.enrolled_at} />
        </dd>
        <dt>{t("to_review")}</dt>
        <dd>
          {phone.review === 0 ? (
            t("nothing")
          ) : (
            <Button type="link" style={{ padding: 0, height: "auto" }} onClick={review}>
              {t("to_review.n", { n: phone.review })}
            </Button>
          )}
        </dd>
        <dt>{t("quarantine")}</dt>
        <dd>
          {phone.quarantine === 0 ? (
            t("nothing")
          ) : (
            <Status tone="bad">{t("quarantine.n", { n: phone.quarantine })}</Status>
          )}
        </dd>
      </dl>
      {can("phones") && (
        <>
          <Label key={phone.id} phone={phone} />
          {phone.status === "waiting" && <Compare phone={phone} />}
          <div className="page-actions">
            {DEEDS[phone.status].map((deed) => (
              <Button key={deed} danger={deed === "revoke"} onClick={() => void act(phone, deed)}>
                {t(`deed.${deed}`)}
              </Button>
            ))}
          </div>
        </>
      )}
    </Drawer>
  );
}

function Label({ phone }: { phone: Phone }) {
  const { t } = useTranslation("phones");
  const save = api.useMutation("patch", "/v1/devices/{id}", { onSuccess: () => refresh("/v1/devices") });
  return (
    <Form<{ label: string }>
      autoComplete="off"
      name="label"
      layout="vertical"
      initialValues={{ label: phone.label }}
      onFinish={({ label }) => save.mutate({ params: { path: { id: phone.id } }, body: { label } })}
    >
      <Form.Item label={t("label")} htmlFor="label_label" help={save.error?.text}>
        <div style={{ display: "flex", gap: 8 }}>
          <Form.Item name="label" noStyle>
            <Input maxLength={LABEL_CHARS_MAX} placeholder={t("label.hint")} />
          </Form.Item>
          <Button htmlType="submit" loading={save.isPending}>
            {t("save")}
          </Button>
        </div>
      </Form.Item>
    </Form>
  );
}
