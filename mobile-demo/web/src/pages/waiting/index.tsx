/** Enrolled, and the office has not compared the fingerprints yet. */
import { Button } from "antd-mobile";
import { PhonebookOutline } from "antd-mobile-icons";
import { useTranslation } from "@/shared/texts";
import type { Status } from "@/phone/calls";
import { Fingerprint } from "@/shared/fingerprint";
import { useSyncNow } from "@/shared/phone";
import { relayFingerprint } from "@/shared/relay-fingerprint";
import { Refused } from "@/shared/states";

export default function Waiting({ status }: { status: Status }) {
  const { t } = useTranslation("waiting");
  const look = useSyncNow();
  const relay = relayFingerprint();
  return (
    <main className="door">
      <div className="door-card">
        <PhonebookOutline className="door-icon" aria-hidden />
        <h1>{t("title")}</h1>
        <p>{t("text", { name: status.worker_name ?? "", community: status.community ?? "" })}</p>
        <Fingerprint label={t("phone")} value={status.fingerprint} />
        {relay !== null && <Fingerprint label={t("relay")} value={relay} />}
        <p className="hint">{t("how")}</p>
        <Button block color="primary" fill="outline" loading={look.isPending} onClick={() => look.mutate()}>
          {t("look")}
        </Button>
        <Refused problem={look.error} />
      </div>
    </main>
  );
}
