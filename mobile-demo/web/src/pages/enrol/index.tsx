/** Becoming one of a community's phones: by camera, by link, by a typed code. */
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd-mobile";
import { CheckShieldOutline, FillinOutline, LinkOutline, ScanningOutline } from "antd-mobile-icons";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import type { Enrolled } from "@/phone/calls";
import { PrivateForm, TextField } from "@/shared/fields";
import { Fingerprint } from "@/shared/fingerprint";
import { fingerprintOf, invitationIn, invitationOfLink, relayOf } from "@/shared/invitation";
import { LanguageChoice } from "@/shared/language-choice";
import { NewPin } from "@/shared/new-pin";
import { useDo } from "@/shared/phone";
import { keepRelayFingerprint } from "@/shared/relay-fingerprint";
import { Refused } from "@/shared/states";
import { keepForGood } from "@/shared/storage";
import Scanner from "./scanner";

type Step =
  | { at: "choose" }
  | { at: "scan" }
  | { at: "type" }
  | { at: "check"; invitation: string }
  | { at: "done"; enrolled: Enrolled }
  | { at: "pin" };

interface EnrolProps {
  /** From here on the phone counts as enrolled, and what is shown here is shown to its end. */
  onStart: () => void;
  onEnd: () => void;
}

export default function Enrol({ onStart, onEnd }: EnrolProps) {
  const { t } = useTranslation("enrol");
  const [step, setStep] = useState<Step>(() => {
    const invitation = invitationOfLink();
    return invitation === null ? { at: "choose" } : { at: "check", invitation };
  });
  const choose = () => setStep({ at: "choose" });
  const done = (enrolled: Enrolled) => {
    onStart();
    keepRelayFingerprint(enrolled.relay_fingerprint);
    void keepForGood().catch(() => undefined);
    setStep({ at: "done", enrolled });
  };
  const scanned = (text: string) => {
    const invitation = invitationIn(text);
    // The engine says what is wrong with anything else.
    setStep({ at: "check", invitation: invitation ?? text });
  };
  return (
    <main className="door">
      <div className="door-card">
        {step.at === "choose" && <Choose onStep={setStep} />}
        {step.at === "scan" && <Scanner onText={scanned} onBack={choose} />}
        {step.at === "type" && <Type onDone={done} onBack={choose} />}
        {step.at === "check" && <Check invitation={step.invitation} onDone={done} onBack={choose} />}
        {step.at === "done" && <Done enrolled={step.enrolled} onNext={() => setStep({ at: "pin" })} />}
        {step.at === "pin" && (
          <>
            <h1>{t("pin.title")}</h1>
            <p>{t("pin.text")}</p>
            <NewPin onDone={onEnd} />
            <Button block fill="none" color="primary" onClick={onEnd}>
              {t("pin.later")}
            </Button>
          </>
        )}
      </div>
    </main>
  );
}

function Choose({ onStep }: { onStep: (step: Step) => void }) {
  const { t } = useTranslation("enrol");
  return (
    <>
      <img className="door-logo" src={`${import.meta.env.BASE_URL}icon.svg`} alt="" />
      <h1>{t("title")}</h1>
      <p>{t("text")}</p>
      <div className="stack">
        <Button block size="large" color="primary" onClick={() => onStep({ at: "scan" })}>
          <span className="with-icon">
            <ScanningOutline aria-hidden />
            {t("scan")}
          </span>
        </Button>
        <Button block size="large" fill="outline" color="primary" onClick={() => onStep({ at: "type" })}>
          <span className="with-icon">
            <FillinOutline aria-hidden />
            {t("type")}
          </span>
        </Button>
      </div>
      <p className="hint with-icon">
        <LinkOutline aria-hidden />
        <span>{t("link")}</span>
      </p>
      <LanguageChoice />
    </>
  );
}

function useEnrolled(onDone: (enrolled: Enrolled) => void) {
  const queries = useQueryClient();
  return (enrolled: Enrolled) => {
    onDone(enrolled);
    void queries.invalidateQueries({ queryKey: ["status"] });
  };
}

function Type({ onDone, onBack }: { onDone: (enrolled: Enrolled) => void; onBack: () => void }) {
  const { t } = useTranslation("enrol");
  const enrol = useDo("enrol");
  const enrolled = useEnrolled(onDone);
  const [code, setCode] = useState("");
  return (
    <PrivateForm onSubmit={() => enrol.mutate({ relayUrl: location.origin, code }, { onSuccess: enrolled })}>
      <h1>{t("type")}</h1>
      <TextField
        label={t("code")}
        hint={t("code.hint", { relay: location.host })}
        placeholder={t("code.example")}
        value={code}
        onChange={setCode}
        autoFocus
        maxLength={60}
      />
      <Refused problem={enrol.error} />
      <div className="stack">
        <Button
          block
          size="large"
          color="primary"
          type="submit"
          loading={enrol.isPending}
          disabled={code.trim() === ""}
        >
          {t("enrol")}
        </Button>
        <Button block fill="none" onClick={onBack}>
          {t("other")}
        </Button>
      </div>
    </PrivateForm>
  );
}

function Check(props: { invitation: string; onDone: (enrolled: Enrolled) => void; onBack: () => void }) {
  const { t } = useTranslation("enrol");
  const enrol = useDo("enrolScanned");
  const enrolled = useEnrolled(props.onDone);
  const relay = relayOf(props.invitation);
  const fingerprint = fingerprintOf(props.invitation);
  const elsewhere = relay !== null && relay !== location.origin;
  return (
    <>
      <CheckShieldOutline className="door-icon" aria-hidden />
      <h1>{t("check")}</h1>
      {relay !== null && <p>{t(elsewhere ? "check.elsewhere" : "check.text", { relay })}</p>}
      {fingerprint !== null && <Fingerprint label={t("relay")} value={fingerprint} />}
      <Refused problem={enrol.error} />
      <div className="stack">
        {elsewhere ? (
          <a
            className="adm-button adm-button-primary adm-button-block adm-button-large button-link"
            href={`${relay}/app/#${props.invitation}`}
          >
            {t("open_there")}
          </a>
        ) : (
          <Button
            block
            size="large"
            color="primary"
            loading={enrol.isPending}
            onClick={() =>
              enrol.mutate({ relayUrl: location.origin, scanned: props.invitation }, { onSuccess: enrolled })
            }
          >
            {t("enrol")}
          </Button>
        )}
        <Button block fill="none" onClick={props.onBack}>
          {t("other")}
        </Button>
      </div>
    </>
  );
}

function Done({ enrolled, onNext }: { enrolled: Enrolled; onNext: () => void }) {
  const { t } = useTranslation("enrol");
  return (
    <>
      <CheckShieldOutline className="door-icon good" aria-hidden />
      <h1>{t("done")}</h1>
      <p>
        {t(enrolled.must_confirm ? "done.confirm" : "done.text", {
          name: enrolled.worker_name,
          community: enrolled.community,
        })}
      </p>
      <Fingerprint label={t("phone")} value={enrolled.fingerprint} />
      <Fingerprint label={t("relay")} value={enrolled.relay_fingerprint} />
      <Button block size="large" color="primary" onClick={onNext}>
        {t("next")}
      </Button>
    </>
  );
}
