/** What is worth a line above the list: friendly, never in the way, each with what to do. */
import { Button } from "antd-mobile";
import { ExclamationCircleOutline, LockOutline, MessageOutline } from "antd-mobile-icons";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { Status } from "@/phone/calls";
import { useAsk, useSyncNow } from "@/shared/phone";
import { useRoom } from "@/shared/storage";

/** After a day without the relay somebody may have decided something that matters at the next door. */
const REMIND_AFTER_MS = 24 * 3600 * 1000;

/** The day on which "later" was said; the reminder comes once a day. */
const LATER = "linli.app.sync_later";
const dayOf = (at: number) => new Date(at).toDateString();

export function Notes({ status }: { status: Status }) {
  return (
    <div className="notes">
      <Contradiction status={status} />
      <NewDirective />
      <NewNotice />
      <Reminder status={status} />
      <Room />
      <NoPin />
    </div>
  );
}

function Contradiction({ status }: { status: Status }) {
  const { t } = useTranslation("today");
  if (!status.contradiction) return null;
  return (
    <Link className="note warning" to="/sync">
      <ExclamationCircleOutline aria-hidden />
      <span>{t("contradiction")}</span>
    </Link>
  );
}

function NewDirective() {
  const { t } = useTranslation("today");
  const unread = useAsk("directives", {}).data?.filter(({ read_at }) => read_at === null) ?? [];
  const [first] = unread;
  if (!first) return null;
  const { title } = first;
  return (
    <Link className="note" to="/messages">
      <MessageOutline aria-hidden />
      <span>
        {unread.length === 1 ? t("directive", { title }) : t("directives", { title, count: unread.length })}
      </span>
    </Link>
  );
}

/** A version of the privacy notice that the worker has not read. */
function NewNotice() {
  const { t } = useTranslation("today");
  const notice = useAsk("operator", {}).data?.notice;
  if (notice?.read_at !== null) return null;
  return (
    <Link className="note" to="/operator">
      <MessageOutline aria-hidden />
      <span>{t("notice")}</span>
    </Link>
  );
}

function Reminder({ status }: { status: Status }) {
  const { t } = useTranslation("today");
  const sync = useSyncNow();
  const [now] = useState(() => Date.now());
  const [later, setLater] = useState(() => localStorage.getItem(LATER) === dayOf(Date.now()));
  const last = status.last_sync_ms;
  if (later || last === null || now - last < REMIND_AFTER_MS) return null;
  const putOff = () => {
    localStorage.setItem(LATER, dayOf(Date.now()));
    setLater(true);
  };
  return (
    <div className="note" role="status">
      <div>
        <p>{t("remind", { count: status.unsent })}</p>
        {sync.error !== null && <p className="hint">{sync.error.text}</p>}
        <div className="note-buttons">
          <Button size="small" fill="outline" onClick={putOff}>
            {t("remind.later")}
          </Button>
          <Button size="small" color="primary" loading={sync.isPending} onClick={() => sync.mutate()}>
            {t("remind.now")}
          </Button>
        </div>
      </div>
    </div>
  );
}

function Room() {
  const { t } = useTranslation("today");
  const room = useRoom();
  if (room?.low !== true) return null;
  return (
    <Link className="note warning" to="/sync">
      <ExclamationCircleOutline aria-hidden />
      <span>{t("room")}</span>
    </Link>
  );
}

/** Once put off it stays in the settings. */
const NO_PIN_LATER = "linli.app.pin_later";

function NoPin() {
  const { t } = useTranslation("today");
  const lock = useAsk("lockState", {});
  const [later, setLater] = useState(() => localStorage.getItem(NO_PIN_LATER) !== null);
  if (later || lock.data?.pin !== false) return null;
  const putOff = () => {
    localStorage.setItem(NO_PIN_LATER, "1");
    setLater(true);
  };
  return (
    <div className="note">
      <LockOutline aria-hidden />
      <div>
        <p>{t("pin")}</p>
        <div className="note-buttons">
          <Button size="small" fill="outline" onClick={putOff}>
            {t("remind.later")}
          </Button>
          <Link to="/me" className="adm-button adm-button-primary adm-button-small button-link">
            {t("pin.set")}
          </Link>
        </div>
      </div>
    </div>
  );
}
