/** The complaint box; for admins also what the operator says of itself, and its privacy notice. */
import { App, Alert, Button, Flex, Form, Input } from "antd";
import { useTranslation } from "react-i18next";
import { api, refresh, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { PageFrame } from "@/shared/page-frame";
import { Status } from "@/shared/status";
import { Time, TwoClocks } from "@/shared/time";

const TEXT_CHARS_MAX = 2_000;
const NOTICE_CHARS_MAX = 8_000;

export default function Operator() {
  const { t } = useTranslation("operator");
  const can = useCan();
  return (
    <PageFrame title={t("menu.operator")} description={t("text")}>
      <div className="beside">
        <Complaints />
        {can("settings") && (
          <Flex vertical gap={16}>
            <Said />
            <NewNotice />
          </Flex>
        )}
      </div>
    </PageFrame>
  );
}

function Complaints() {
  const { t } = useTranslation("operator");
  const can = useCan();
  const { message } = App.useApp();
  const [form] = Form.useForm<{ text: string }>();
  const complaints = api.useQuery("get", "/v1/complaints");
  const file = api.useMutation("post", "/v1/complaints", {
    onSuccess: async () => {
      form.resetFields();
      await refresh("/v1/complaints");
      message.success(t("box.sent"));
    },
  });
  return (
    <section className="panel" aria-labelledby="box">
      <h2 id="box">{t("box")}</h2>
      <Form
        autoComplete="off"
        name="complain"
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={({ text }) => file.mutate({ body: { text } })}
      >
        <Form.Item name="text" label={t("box.say")} rules={[required(t("field.required"))]}>
          <Input.TextArea rows={3} maxLength={TEXT_CHARS_MAX} />
        </Form.Item>
        <Failed text={file.error?.text} />
        <Button type="primary" htmlType="submit" loading={file.isPending}>
          {t("box.ok")}
        </Button>
      </Form>
      <ul className="plain-list">
        {complaints.data?.map((one) => (
          <li key={one.id}>
            <From one={one} /> · <Time at={one.at_ms} />
            <p style={{ whiteSpace: "pre-wrap" }}>{one.text}</p>
            {one.answer !== null && one.answer !== undefined ? (
              <p style={{ whiteSpace: "pre-wrap" }}>{t("box.answer", { text: one.answer })}</p>
            ) : can("settings") ? (
              <Answer id={one.id} />
            ) : (
              <p>{t("box.waits")}</p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** An account, a worker, or a resident beside that worker. */
function From({ one }: { one: Schema<"ComplaintBody"> }) {
  const { t } = useTranslation("operator");
  const { from: name, by_phone, of_resident } = one;
  return (
    <strong>
      {t(of_resident ? "box.from.resident" : by_phone ? "box.from.worker" : "box.from", { name })}
    </strong>
  );
}

function Answer({ id }: { id: string }) {
  const { t } = useTranslation("operator");
  const answer = api.useMutation("post", "/v1/complaints/{id}/answer", {
    onSuccess: () => refresh("/v1/complaints"),
  });
  return (
    <Form
      autoComplete="off"
      name={`answer-${id}`}
      layout="vertical"
      requiredMark={false}
      onFinish={({ text }: { text: string }) => answer.mutate({ params: { path: { id } }, body: { text } })}
    >
      <Form.Item name="text" label={t("box.answer.say")} rules={[required(t("field.required"))]}>
        <Input.TextArea rows={2} maxLength={TEXT_CHARS_MAX} />
      </Form.Item>
      <Failed text={answer.error?.text} />
      <Button htmlType="submit" loading={answer.isPending}>
        {t("box.answer.ok")}
      </Button>
    </Form>
  );
}

function Said() {
  const { t } = useTranslation("operator");
  const { message } = App.useApp();
  const operator = api.useQuery("get", "/v1/operator");
  const change = api.useMutation("put", "/v1/operator", {
    onSuccess: async () => {
      await refresh("/v1/operator");
      message.success(t("kept"));
    },
  });
  return (
    <section className="panel" aria-labelledby="said">
      <h2 id="said">{t("said")}</h2>
      {operator.data && (
        <Form<Schema<"Operator">>
          autoComplete="off"
          name="operator"
          layout="vertical"
          initialValues={operator.data.operator}
          onFinish={(body) => change.mutate({ body })}
        >
          <Form.Item name="name" label={t("said.name")}>
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item name="icp_filing" label={t("said.icp")}>
            <Input maxLength={120} placeholder="京ICP备12345678号" />
          </Form.Item>
          <Form.Item name="police_filing" label={t("said.police")}>
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item name="app_filing" label={t("said.app")}>
            <Input maxLength={120} />
          </Form.Item>
          <Form.Item name="complaints" label={t("said.complaints")}>
            <Input maxLength={120} />
          </Form.Item>
          <Failed text={change.error?.text} />
          <Button type="primary" htmlType="submit" loading={change.isPending}>
            {t("said.ok")}
          </Button>
        </Form>
      )}
    </section>
  );
}

function NewNotice() {
  const { t } = useTranslation("operator");
  const { message } = App.useApp();
  const [form] = Form.useForm<{ zh: string; en?: string }>();
  const notices = api.useQuery("get", "/v1/privacy-notices");
  const publish = api.useMutation("post", "/v1/privacy-notices", {
    onSuccess: async () => {
      form.resetFields();
      await Promise.all([refresh("/v1/operator"), refresh("/v1/privacy-notices")]);
      message.success(t("notice.done"));
    },
  });
  return (
    <section className="panel" aria-labelledby="notice">
      <h2 id="notice">{t("notice")}</h2>
      <ul className="plain-list">
        {notices.data?.map((one) => (
          <li key={one.version}>
            {t("notice.version", { version: one.version, count: one.read_by })} · <Time at={one.from_ms} />
          </li>
        ))}
      </ul>
      {notices.data?.[0] && <Readers version={String(notices.data[0].version)} />}
      <Form
        autoComplete="off"
        name="notice"
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={({ zh, en }) => publish.mutate({ body: { zh, en: en ?? "" } })}
      >
        <Form.Item name="zh" label={t("notice.zh")} rules={[required(t("field.required"))]}>
          <Input.TextArea rows={5} maxLength={NOTICE_CHARS_MAX} />
        </Form.Item>
        <Form.Item name="en" label={t("notice.en")}>
          <Input.TextArea rows={3} maxLength={NOTICE_CHARS_MAX} />
        </Form.Item>
        <Failed text={publish.error?.text} />
        <Button htmlType="submit" loading={publish.isPending}>
          {t("notice.ok")}
        </Button>
      </Form>
    </section>
  );
}

/** Workers by name and in no other order: who was quick is nobody's business. */
function Readers({ version }: { version: string }) {
  const { t } = useTranslation("operator");
  const found = api.useQuery("get", "/v1/privacy-notices/{version}/receipts", {
    params: { path: { version } },
  });
  const workers = found.data ?? [];
  if (workers.length === 0) return null;
  const read = workers.filter((worker) => worker.read_at != null).length;
  return (
    <details style={{ marginBottom: 16 }}>
      <summary>{t("readers", { version, n: read, of: workers.length })}</summary>
      <ul className="plain-list" aria-label={t("readers.list")}>
        {workers.map((worker) => (
          <li key={worker.worker}>
            {worker.name}{" "}
            {worker.read_at != null ? (
              <>
                <Status tone="good">{t("readers.read")}</Status>{" "}
                <TwoClocks phone={worker.read_at} received={worker.received_at} />
              </>
            ) : (
              <Status tone="neutral">{t(worker.has_phone ? "readers.none" : "readers.no_phone")}</Status>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

function required(message: string) {
  return { required: true, whitespace: true, message };
}

function Failed({ text }: { text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <Form.Item>
      <Alert type="error" showIcon role="alert" title={text} />
    </Form.Item>
  );
}
