/** Taking the proposals of many trivial conflicts at once, after having looked at them. */
import { Alert, Button, Table } from "antd";
import { useState, type Key } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { Dialog } from "@/shared/dialog";
import { Empty, Loaded } from "@/shared/states";
import { Status } from "@/shared/status";
import { ReasonField } from "./reason-field";
import { useWords, type Conflict } from "./words";

/** As many as the relay decides with one request. */
const BULK_MAX = 200;

type Answer = Schema<"Answered">;

interface BulkProps {
  filter: { field?: string; grid?: string };
  close: () => void;
}

export function Bulk({ filter: { field, grid }, close }: BulkProps) {
  const { t } = useTranslation("merge");
  const query = api.useQuery(
    "get",
    "/v1/conflicts",
    { params: { query: { status: "open", trivial: true, field, grid, limit: BULK_MAX } } },
    { staleTime: Infinity, gcTime: 0 },
  );
  return (
    <Dialog title={t("bulk.title")} close={close} width={860}>
      <Loaded query={query}>
        {(page) => {
          const items = page.items.filter((it) => it.proposal && (!it.claim || it.claim.mine));
          return items.length === 0 ? (
            <Empty title={t("conflicts.none_filtered")} />
          ) : (
            <Preview items={items} close={close} />
          );
        }}
      </Loaded>
    </Dialog>
  );
}

function Preview({ items, close }: { items: Conflict[]; close: () => void }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const [chosen, setChosen] = useState<Key[]>(items.map((it) => it.id));
  const [reason, setReason] = useState(t("bulk.reason"));
  const [missing, setMissing] = useState(false);
  const accept = api.useMutation("post", "/v1/conflicts/resolve-proposed");
  const save = () => {
    setMissing(reason.trim() === "");
    if (reason.trim() === "" || chosen.length === 0) return;
    const ids = chosen.map(String);
    // What is decided is what was looked at: the relay refuses where another value is proposed by now.
    const shown = items.filter((it) => ids.includes(it.id));
    const expected = Object.fromEntries(shown.map((it) => [it.id, it.proposal?.choice ?? 0]));
    accept.mutate({ body: { ids, reason: reason.trim(), expected } });
  };
  if (accept.data) return <Result answers={accept.data} items={items} close={close} />;
  return (
    <>
      <p>{t("bulk.text", { count: items.length })}</p>
      <Table<Conflict>
        size="small"
        rowKey={(it) => it.id}
        dataSource={items}
        pagination={false}
        scroll={{ y: 320 }}
        rowSelection={{
          selectedRowKeys: chosen,
          onChange: setChosen,
          getCheckboxProps: (it) => ({ "aria-label": `${it.address ?? ""} ${words.field(it)}` }),
          getTitleCheckboxProps: () => ({ "aria-label": t("bulk.all") }),
        }}
        columns={[
          { title: t("household"), width: 210, render: (_, it) => it.address },
          { title: t("field"), width: 110, render: (_, it) => words.field(it) },
          {
            title: t("bulk.values"),
            render: (_, it) => it.values.map((version) => words.value(version.value)).join(" / "),
          },
          {
            title: t("bulk.kept"),
            render: (_, it) => (
              <strong>
                {words.value(it.values.find((one) => one.choice === it.proposal?.choice)?.value)}
              </strong>
            ),
          },
        ]}
      />
      {accept.error && <Alert type="error" showIcon role="alert" title={accept.error.text} />}
      <div className="desk-save">
        <ReasonField
          id="bulk-reason"
          hint={t("reason.hint")}
          value={reason}
          change={setReason}
          save={save}
          presets={[t("bulk.reason")]}
          missing={missing}
        />
        <Button type="primary" loading={accept.isPending} disabled={chosen.length === 0} onClick={save}>
          {t("bulk.ok", { count: chosen.length })}
        </Button>
      </div>
    </>
  );
}

function Result({ answers, items, close }: { answers: Answer[]; items: Conflict[]; close: () => void }) {
  const { t } = useTranslation("merge");
  const words = useWords();
  const refused = answers.filter((answer) => answer.problem);
  const named = (id: string) => {
    const found = items.find((it) => it.id === id);
    return found ? `${found.address ?? ""} ${words.field(found)}` : id;
  };
  return (
    <>
      <p role="status">
        <Status tone={refused.length === 0 ? "good" : "warning"}>
          {t("bulk.done", { count: answers.length - refused.length })}
        </Status>
      </p>
      {refused.length > 0 && (
        <>
          <p>{t("bulk.refused", { count: refused.length })}</p>
          <ul>
            {refused.map((answer) => (
              <li key={answer.id}>
                {named(answer.id)}:{answer.problem?.text}
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="page-actions">
        <Button type="primary" onClick={close}>
          {t("close")}
        </Button>
      </div>
    </>
  );
}
