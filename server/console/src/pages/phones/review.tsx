/** What phones handed in that counts only after somebody has looked at it. */
import { App, Button, Drawer, Select, type TableColumnsType } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, client, type Schema } from "@/api/client";
import { problemOf } from "@/api/problem";
import { useCan } from "@/api/session";
import { DataTable } from "@/shared/data-table";
import { HouseholdLink } from "@/shared/household-link";
import { useReason } from "@/shared/reason";
import { Failed, Loading } from "@/shared/states";
import { Status, type Tone } from "@/shared/status";
import { Time, TwoClocks } from "@/shared/time";
import { refreshPhones } from "./standing";

type Batch = Schema<"ReviewBody">;
type Entry = Schema<"EntryPreview">;

const STATES = ["waiting", "accepted", "rejected"] as const;
type State = (typeof STATES)[number];

const TONES: Record<State, Tone> = { waiting: "waiting", accepted: "good", rejected: "neutral" };

export function Review() {
  const { t } = useTranslation("phones");
  const [status, setStatus] = useState<State>("waiting");
  const [open, setOpen] = useState<Batch>();
  const batches = api.useQuery("get", "/v1/review", { params: { query: { status } } });
  const columns: TableColumnsType<Batch> = [
    {
      title: t("worker"),
      width: 160,
      render: (_, batch) => (
        <>
          {batch.name}
          {batch.label !== "" && <span className="aside"> · {batch.label}</span>}
        </>
      ),
    },
    {
      title: t("cause"),
      width: 260,
      render: (_, batch) => (batch.cause == null ? "—" : t(`cause.${batch.cause}`)),
    },
    { title: t("grid"), width: 160, render: (_, batch) => batch.grid ?? t("grid.unknown") },
    {
      title: t("records"),
      width: 90,
      align: "right",
      render: (_, batch) => <span className="number">{batch.records}</span>,
    },
    {
      title: t("sealed"),
      width: 260,
      render: (_, batch) => <TwoClocks phone={batch.sealed_at} received={batch.received_at} />,
    },
  ];
  if (status !== "waiting") {
    columns.push(
      { title: t("decided"), width: 150, render: (_, batch) => <Time at={batch.decided_at} /> },
      { title: t("reason"), width: 200, ellipsis: true, render: (_, batch) => batch.reason ?? "" },
    );
  }
  return (
    <>
      <div className="toolbar">
        <Select<State>
          aria-label={t("status")}
          value={status}
          onChange={setStatus}
          options={STATES.map((value) => ({ value, label: t(`review.${value}`) }))}
          style={{ minWidth: 140 }}
        />
      </div>
      <DataTable
        label={t(`review.${status}`)}
        columns={columns}
        rows={batches.data}
        rowKey={(batch) => String(batch.id)}
        error={batches.error}
        retry={batches.refetch}
        onOpen={setOpen}
        width={960}
        empty={{ title: t("review.none"), text: status === "waiting" ? t("review.none.text") : undefined }}
      />
      {open && <Batch batch={open} close={() => setOpen(undefined)} />}
    </>
  );
}

function Batch({ batch, close }: { batch: Batch; close: () => void }) {
  const { t } = useTranslation("phones");
  const { message } = App.useApp();
  const can = useCan();
  const askReason = useReason();
  const params = { path: { id: batch.id } };
  const detail = api.useQuery("get", "/v1/review/{id}", { params });
  const decide = async (deed: "accept" | "reject") => {
    const reason = await askReason({
      title: t(`of.${deed}`, { name: batch.name, n: batch.records }),
      text: t(`why.${deed}`),
      ok: t(`deed.${deed}`),
      danger: deed === "reject",
      suggestions: t(`reasons.${deed}`).split("|"),
    });
    if (reason === null) return;
    const { error } = await client.POST(`/v1/review/{id}/${deed}`, { params, body: { reason } });
    await refreshPhones();
    if (error) {
      message.error(problemOf(error).text);
      return;
    }
    message.success(t(`done.${deed}`, { name: batch.name, n: batch.records }));
    close();
  };
  const state = STATES.find((known) => known === batch.status) ?? "waiting";
  return (
    <Drawer
      open
      title={t("batch.of", { name: batch.name, n: batch.records })}
      size={560}
      onClose={close}
      footer={
        can("phones") &&
        state === "waiting" && (
          <div className="page-actions">
            <Button danger onClick={() => void decide("reject")}>
              {t("deed.reject")}
            </Button>
            <Button type="primary" onClick={() => void decide("accept")}>
              {t("deed.accept")}
            </Button>
          </div>
        )
      }
    >
      <p>
        <Status tone={TONES[state]}>{t(`review.${state}`)}</Status>
        {batch.reason != null && <span className="aside"> {batch.reason}</span>}
      </p>
      {batch.cause != null && <p>{t(`cause.text.${batch.cause}`)}</p>}
      {detail.error && <Failed problem={detail.error} retry={detail.refetch} />}
      {detail.isPending && <Loading rows={4} />}
      {detail.data && (
        <ul className="entries">
          {detail.data.entries.map((entry, index) => (
            // A batch never changes: its order is a key.
            <EntryOf key={index} entry={entry} />
          ))}
        </ul>
      )}
    </Drawer>
  );
}

function EntryOf({ entry }: { entry: Entry }) {
  const { t, i18n } = useTranslation("phones");
  const known = entry.household != null && entry.address != null && entry.address !== "";
  return (
    <li>
      <strong>
        {known ? (
          <HouseholdLink id={entry.household ?? ""} address={entry.address ?? ""} />
        ) : (
          t("address.unknown")
        )}
      </strong>
      {entry.writes.map((write) => (
        <div key={write.key}>
          {i18n.language === "en" ? write.label_en : write.label_zh}
          {": "}
          {write.outcome != null && `${t(`outcome.${write.outcome}`)} `}
          {write.value ?? (write.outcome == null ? t("value.none") : "")}
          {write.at != null && (
            <span className="aside">
              {" "}
              <Time at={write.at} />
            </span>
          )}
        </div>
      ))}
      {entry.problem != null && (
        <Status tone={entry.problem === "change.known" ? "neutral" : "warning"}>
          {t(entry.problem === "change.known" ? "entry.known" : "entry.problem", { code: entry.problem })}
        </Status>
      )}
    </li>
  );
}
