/** The connection in full: how it stands, what waits, what to do when it does not come. */
import { Button } from "antd-mobile";
import { DownlandOutline, UploadOutline } from "antd-mobile-icons";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import type { Status as PhoneStatus } from "@/phone/calls";
import { useAsk, useDo, useSyncNow } from "@/shared/phone";
import { Progress } from "@/shared/progress";
import { Screen } from "@/shared/screen";
import { Loaded, Refused } from "@/shared/states";
import { Status, type Tone } from "@/shared/status";
import { useRoom } from "@/shared/storage";
import { useShownStand, useSyncState, type Stand } from "@/shared/sync-state";
import { Time } from "@/shared/time";
import { UpdateNote } from "@/shared/update";
import { saveFile } from "./save-file";

const TONES: Record<Stand, Tone> = {
  connecting: "neutral",
  offline: "neutral",
  syncing: "waiting",
  synced: "good",
  told: "warning",
};

export default function Sync() {
  const { t } = useTranslation("sync");
  const status = useAsk("status", {});
  return (
    <Screen title={t("title")} back="/">
      <UpdateNote />
      <Loaded query={status}>
        {(known) => (
          <>
            <State status={known} />
            <Contradiction status={known} />
            <Spaces status={known} />
            <Refusals status={known} />
            <Carry status={known} />
            <Room />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function State({ status }: { status: PhoneStatus }) {
  const { t } = useTranslation("sync");
  const { stand } = useShownStand();
  const { why } = useSyncState();
  const sync = useSyncNow();
  return (
    <section className="panel">
      <h2>
        <Status tone={TONES[stand]}>{t(`sync.${stand}`)}</Status>
      </h2>
      <p>{stand === "told" && why !== null ? why : t(`stand.${stand}`)}</p>
      <dl className="facts-list">
        <dt>{t("waits")}</dt>
        <dd className="number">{t("records", { count: status.unsent })}</dd>
        {status.carried > 0 && (
          <>
            <dt>{t("carried")}</dt>
            <dd className="number">{t("records", { count: status.carried })}</dd>
          </>
        )}
        <dt>{t("last")}</dt>
        <dd>
          <Time at={status.last_sync_ms} none={t("never")} />
        </dd>
        <dt>{t("households")}</dt>
        <dd className="number">{status.households}</dd>
      </dl>
      <Button block color="primary" loading={sync.isPending} onClick={() => sync.mutate()}>
        {t("now")}
      </Button>
      {sync.isSuccess && (
        <p role="status">
          <Status tone="good">{t("done", { sent: sync.data.sent, received: sync.data.received })}</Status>
        </p>
      )}
      {sync.error !== null && (
        <div className="note" role="status">
          <div>
            <p>{sync.error.text}</p>
            <p className="hint">{t("remedy")}</p>
            <p className="code">{t("state.ask", { code: sync.error.code })}</p>
          </div>
        </div>
      )}
    </section>
  );
}

/** The relay does not end where it had said: what it signed then is kept here, and the administrator needs it. */
function Contradiction({ status: { contradiction } }: { status: PhoneStatus }) {
  const { t } = useTranslation("sync");
  const ask = useDo("anchors");
  if (!contradiction) return null;
  const save = () =>
    ask.mutate(
      {},
      {
        onSuccess: (anchors) => {
          const lines = anchors.map((anchor) => `${JSON.stringify(anchor)}\n`).join("");
          void saveFile(new TextEncoder().encode(lines), t("anchors.file_name"));
        },
      },
    );
  return (
    <section className="panel">
      <h2>
        <Status tone="warning">{t("contradiction")}</Status>
      </h2>
      <p>{contradiction.text}</p>
      <p className="code">{contradiction.code}</p>
      <Button block fill="outline" color="primary" loading={ask.isPending} onClick={save}>
        {t("anchors.save")}
      </Button>
      <Refused problem={ask.error} />
    </section>
  );
}

/** While something is still being downloaded, how far it is. */
function Spaces({ status }: { status: PhoneStatus }) {
  const { t } = useTranslation("sync");
  const loading = status.spaces.filter(({ state }) => state !== "live");
  if (loading.length === 0) return null;
  return (
    <section className="panel">
      <h2>{t("loading")}</h2>
      {loading.map(({ id, name, pages, pages_done }) => (
        <Progress
          key={id}
          done={pages_done}
          all={pages}
          label={t("loading.space", { name, percent: percentOf(pages_done, pages) })}
        />
      ))}
    </section>
  );
}

function Refusals({ status }: { status: PhoneStatus }) {
  const { t } = useTranslation("sync");
  if (status.refused.length === 0) return null;
  return (
    <section className="panel">
      <h2>
        <Status tone="warning">{t("refused")}</Status>
      </h2>
      <p className="hint">{t("refused.text")}</p>
      <ul className="plain">
        {status.refused.map(({ code, text }, at) => (
          <li key={`${code}/${String(at)}`}>
            <span>{text}</span>
            <span className="code">{code}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const percentOf = (done: number, all: number) => (all === 0 ? 0 : Math.floor((done / all) * 100));

/** Unsent work as a file, so that a colleague's phone can carry it. */
function Carry({ status }: { status: PhoneStatus }) {
  const { t } = useTranslation("sync");
  const make = useDo("exportUnsent");
  const take = useDo("importUnsent");
  const [told, setTold] = useState<string | null>(null);
  const picked = async (file: File | undefined) => {
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    take.mutate({ bytes }, { onSuccess: (taken) => setTold(t("taken", { count: taken.records })) });
  };
  const save = () =>
    make.mutate(
      {},
      {
        onSuccess: ({ bytes, records }) => {
          void saveFile(bytes, t("file_name")).then((done) => {
            if (done) setTold(t("made", { count: records }));
          });
        },
      },
    );
  return (
    <section className="panel">
      <h2>{t("carry")}</h2>
      <p className="hint">{t("carry.text")}</p>
      <div className="stack">
        <Button
          block
          fill="outline"
          color="primary"
          disabled={status.unsent === 0}
          loading={make.isPending}
          onClick={save}
        >
          <span className="with-icon">
            <UploadOutline aria-hidden />
            {t("make")}
          </span>
        </Button>
        <label className="file-button">
          <span className="with-icon">
            <DownlandOutline aria-hidden />
            {t("take")}
          </span>
          <input
            type="file"
            className="only-read-aloud"
            onChange={(event) => {
              void picked(event.target.files?.[0]);
              event.target.value = "";
            }}
          />
        </label>
      </div>
      {told !== null && (
        <p role="status">
          <Status tone="good">{told}</Status>
        </p>
      )}
      <Refused problem={make.error ?? take.error} />
    </section>
  );
}

const MB = 1024 * 1024;

function Room() {
  const { t } = useTranslation("sync");
  const room = useRoom();
  if (room === null) return null;
  const used = Math.ceil(room.used / MB);
  const free = Math.floor((room.quota - room.used) / MB);
  return (
    <section className="panel">
      <h2>{t("room")}</h2>
      <p>{t("room.used", { used, free })}</p>
      <Status tone={room.low ? "warning" : room.persisted ? "good" : "neutral"}>
        {t(room.low ? "room.low" : room.persisted ? "room.kept" : "room.loose")}
      </Status>
    </section>
  );
}
