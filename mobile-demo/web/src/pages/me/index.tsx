/** The worker's own corner: who this phone is, language, lock, the way out. */
import { LockOutline, RightOutline } from "antd-mobile-icons";
import { Button } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { Status } from "@/phone/calls";
import { AUTO_LOCK_MINUTES, autoLockMinutes, setAutoLockMinutes } from "@/shared/auto-lock";
import { Choice } from "@/shared/fields";
import { Fingerprint } from "@/shared/fingerprint";
import { gridsOf } from "@/shared/grids";
import { LanguageChoice } from "@/shared/language-choice";
import { NewPin } from "@/shared/new-pin";
import { useAsk, useDo } from "@/shared/phone";
import { PIN_DIGITS, PinPad } from "@/shared/pin-pad";
import { relayFingerprint } from "@/shared/relay-fingerprint";
import { Screen } from "@/shared/screen";
import { Sheet } from "@/shared/sheet";
import { Loaded, Refused } from "@/shared/states";
import { UpdateNote } from "@/shared/update";
import { SignOut } from "./sign-out";

export default function Me() {
  const { t } = useTranslation("me");
  const status = useAsk("status", {});
  return (
    <Screen title={t("title")} tabs>
      <UpdateNote />
      <Loaded query={status}>
        {(known) => (
          <>
            <Who status={known} />
            <Link to="/sync" className="row panel">
              <span className="row-main">{t("sync")}</span>
              <RightOutline aria-hidden className="row-arrow" />
            </Link>
            <Link to="/operator" className="row panel">
              <span className="row-main">{t("operator")}</span>
              <RightOutline aria-hidden className="row-arrow" />
            </Link>
            <section className="panel">
              <LanguageChoice shown />
            </section>
            <Locking />
            <SignOut status={known} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function Who({ status }: { status: Status }) {
  const { t } = useTranslation("me");
  const relay = relayFingerprint();
  const names = gridsOf(status).map(({ name }) => name);
  const grids = names.join(t("comma"));
  return (
    <section className="panel">
      <h2>{status.worker_name}</h2>
      <p>{status.community}</p>
      <p className="hint">{t("grids", { grids })}</p>
      <details>
        <summary>{t("fingerprints")}</summary>
        <Fingerprint label={t("phone")} value={status.fingerprint} />
        {relay !== null && <Fingerprint label={t("relay")} value={relay} />}
      </details>
    </section>
  );
}

const MINUTES = AUTO_LOCK_MINUTES.map(String);

function Locking() {
  const { t } = useTranslation("me");
  const lock = useAsk("lockState", {});
  const shut = useDo("lock");
  const [minutes, setMinutes] = useState(autoLockMinutes);
  const [changing, setChanging] = useState(false);
  if (lock.data === undefined) return null;
  const { pin } = lock.data;
  const choose = (chosen: string) => {
    setAutoLockMinutes(Number(chosen));
    setMinutes(Number(chosen));
  };
  return (
    <section className="panel">
      <h2>{t("lock")}</h2>
      <p className="hint">{t(pin ? "lock.on" : "lock.off")}</p>
      {pin && (
        <Choice
          label={t("auto_lock")}
          options={MINUTES.map((value) => ({ value, label: t("minutes", { count: Number(value) }) }))}
          value={[String(minutes)]}
          onChange={choose}
        />
      )}
      <div className="stack">
        <Button block fill="outline" color="primary" onClick={() => setChanging(true)}>
          {t(pin ? "pin.change" : "pin.set")}
        </Button>
        {pin && (
          <Button block fill="outline" loading={shut.isPending} onClick={() => shut.mutate({})}>
            <span className="with-icon">
              <LockOutline aria-hidden />
              {t("lock.now")}
            </span>
          </Button>
        )}
      </div>
      <Refused problem={shut.error} />
      {changing && (
        <Sheet title={t(pin ? "pin.change" : "pin.set")} onClose={() => setChanging(false)}>
          <ChangePin has={pin} onDone={() => setChanging(false)} />
        </Sheet>
      )}
    </section>
  );
}

function ChangePin({ has, onDone }: { has: boolean; onDone: () => void }) {
  const { t } = useTranslation("me");
  const [old, setOld] = useState("");
  const [wrong, setWrong] = useState(false);
  const again = () => {
    setOld("");
    setWrong(true);
  };
  if (!has) return <NewPin onDone={onDone} />;
  if (old.length < PIN_DIGITS) {
    return (
      <>
        <p className="pin-asked" aria-live="polite">
          {t(wrong ? "pin.wrong" : "pin.old")}
        </p>
        <PinPad label={t("pin.old")} value={old} onChange={setOld} />
      </>
    );
  }
  return <NewPin old={old} onDone={onDone} onWrong={again} />;
}
