/** A draft, kept while one types. */
import { Alert, App, Button, DatePicker, Drawer, Form, Input, Popconfirm, Select } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, client } from "@/api/client";
import { problemOf, type Problem } from "@/api/problem";
import { Status } from "@/shared/status";
import { Difference } from "./difference";
import { refreshDirectives, type Directive } from "./words";

const TITLE_CHARS_MAX = 100;
const TEXT_CHARS_MAX = 2000;
/** Typing has paused: what is there is worth keeping. */
const PAUSE_MS = 800;

interface Typed {
  title: string;
  text: string;
  community?: string;
  grids: string[];
  from?: Dayjs | null;
  until?: Dayjs | null;
}

interface EditorProps {
  draft: Directive;
  /** The versions before it, the newest first. */
  earlier: Directive[];
  close: () => void;
  issued: (directive: Directive) => void;
}

export function Editor({ draft, earlier, close, issued }: EditorProps) {
  const { t } = useTranslation("directives");
  const { message, modal } = App.useApp();
  const [form] = Form.useForm<Typed>();
  const params = { path: { id: draft.id } };
  const isNext = draft.supersedes != null;
  const { kept, problem, typed, keep } = useKept(draft.id, () => form.getFieldsValue(true) as Typed);
  const grids = api.useQuery("get", "/v1/grids");
  const communities = [...new Set(grids.data?.map((grid) => grid.community))];
  // What follows is said here and not with the request: news of it may take this form from the page before.
  const issue = api.useMutation("post", "/v1/directives/{id}/issue", {
    onSuccess: async (done) => {
      message.success(t("issued.done", { title: done.title }));
      issued(done);
      close();
      await refreshDirectives();
    },
  });
  const discard = api.useMutation("delete", "/v1/directives/{id}", {
    onSuccess: async () => {
      close();
      await refreshDirectives();
    },
    onError: (error) => message.error(problemOf(error).text),
  });

  const leave = async () => {
    const done = await keep();
    const lose = { title: t("lose"), content: t("lose.text"), okText: t("lose.ok"), cancelText: t("cancel") };
    if (!done && !(await modal.confirm({ ...lose, okButtonProps: { danger: true } }))) return;
    close();
    await refreshDirectives();
  };
  const send = async () => {
    if (await keep()) issue.mutate({ params });
  };
  const wrong = issue.error ?? problem;
  return (
    <Drawer
      open
      title={isNext ? t("write.version", { n: draft.version }) : t("write")}
      size={680}
      onClose={() => void leave()}
      mask={{ closable: false }}
      footer={
        <div className="page-actions">
          <Popconfirm
            title={t("discard.sure")}
            okText={t("discard")}
            cancelText={t("cancel")}
            onConfirm={() => discard.mutate({ params })}
          >
            <Button danger>{t("discard")}</Button>
          </Popconfirm>
          <Button onClick={() => void leave()}>{t("later")}</Button>
          <Button type="primary" loading={issue.isPending} onClick={() => void send()}>
            {t("issue")}
          </Button>
        </div>
      }
    >
      <p aria-live="polite" className="directive-kept">
        <Status tone={kept ? "good" : problem ? "bad" : "waiting"}>
          {kept ? t("kept") : problem ? t("kept.not") : t("keeping")}
        </Status>
      </p>
      {wrong && (
        <Alert type="error" showIcon role="alert" title={problemOf(wrong).text} className="directive-alert" />
      )}
      <Form<Typed>
        autoComplete="off"
        name="directive"
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{
          title: draft.title,
          text: draft.text,
          community: draft.community === "" ? undefined : draft.community,
          grids: draft.grids,
          from: draft.from_ms == null ? null : dayjs(draft.from_ms),
          until: draft.until_ms == null ? null : dayjs(draft.until_ms),
        }}
        onValuesChange={typed}
      >
        <Form.Item name="title" label={t("title")}>
          <Input maxLength={TITLE_CHARS_MAX} showCount />
        </Form.Item>
        <Form.Item name="text" label={t("text")}>
          <Input.TextArea maxLength={TEXT_CHARS_MAX} showCount autoSize={{ minRows: 6, maxRows: 16 }} />
        </Form.Item>
        {communities.length > 1 && (
          <Form.Item name="community" label={t("community")}>
            <Select options={communities.map((value) => ({ value, label: value }))} />
          </Form.Item>
        )}
        <Form.Item name="grids" label={t("grids")} extra={t("grids.text")}>
          <Select
            mode="multiple"
            allowClear
            loading={grids.isPending}
            showSearch={{ optionFilterProp: "label" }}
            placeholder={t("grids.all")}
            options={grids.data?.map(({ code, name }) => ({
              value: code,
              label: name === code ? code : `${name} ${code}`,
            }))}
          />
        </Form.Item>
        <div className="directive-window">
          <Form.Item name="from" label={t("from")} extra={isNext && t("from.text")}>
            <DatePicker
              showTime={{ format: "HH:mm" }}
              format="YYYY-MM-DD HH:mm"
              placeholder={t("from.at_once")}
            />
          </Form.Item>
          <Form.Item name="until" label={t("until")} extra={isNext && t("until.text")}>
            <DatePicker
              showTime={{ format: "HH:mm" }}
              format="YYYY-MM-DD HH:mm"
              placeholder={t("until.open")}
            />
          </Form.Item>
        </div>
      </Form>
      {isNext && <Difference id={draft.id} earlier={earlier} />}
    </Drawer>
  );
}

/** Keeps what was typed: after a pause, and before anything is done with it. Requests go one after the other. */
function useKept(id: string, read: () => Typed) {
  const [kept, setKept] = useState(true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef<Promise<boolean>>(Promise.resolve(true));
  const dirty = useRef(false);

  const send = async (): Promise<boolean> => {
    if (!dirty.current) return true;
    dirty.current = false;
    const { title, text, community, grids, from, until } = read();
    const body = {
      title,
      text,
      community: community ?? null,
      grids,
      from_ms: from?.valueOf() ?? null,
      until_ms: until?.valueOf() ?? null,
    };
    const { error } = await client.PATCH("/v1/directives/{id}", { params: { path: { id } }, body });
    if (error) dirty.current = true;
    setProblem(error ? problemOf(error) : null);
    setKept(!dirty.current);
    if (!dirty.current) await refreshDirectives();
    return !error;
  };
  const keep = () => {
    clearTimeout(timer.current);
    last.current = last.current.then(send, send);
    return last.current;
  };
  const typed = () => {
    dirty.current = true;
    setKept(false);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void keep(), PAUSE_MS);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  return { kept, problem, typed, keep };
}
