/** Phones that were enrolled and wait until somebody has compared what they show. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/session";
import { Status } from "@/shared/status";
import { useConfirmPhone, useDeed } from "./standing";
import type { Phone } from ".";

export function WaitingPhones({ phones }: { phones: Phone[] }) {
  const { t } = useTranslation("phones");
  return (
    <section className="panel" aria-label={t("waiting")} aria-live="polite">
      <h2>{t("waiting")}</h2>
      <p className="aside">{t("waiting.text")}</p>
      {phones.map((phone) => (
        <Compare key={phone.id} phone={phone} />
      ))}
    </section>
  );
}

/** One phone with its fingerprint to compare, and what to do then. */
export function Compare({ phone }: { phone: Phone }) {
  const { t } = useTranslation("phones");
  const can = useCan();
  const confirm = useConfirmPhone();
  const act = useDeed();
  return (
    <div className="compare">
      <div>
        <strong>{phone.name}</strong>{" "}
        <Status tone={phone.connected ? "good" : "neutral"}>
          {phone.connected ? t("connected") : t("not_connected")}
        </Status>
        <code className="fingerprint large" data-fingerprint={phone.fingerprint}>
          {phone.fingerprint}
        </code>
      </div>
      {can("phones") && (
        <div className="page-actions">
          <Button danger onClick={() => void act(phone, "revoke")}>
            {t("differs")}
          </Button>
          <Button
            type="primary"
            loading={confirm.isPending}
            onClick={() => confirm.mutate({ params: { path: { id: phone.id } } })}
          >
            {t("same")}
          </Button>
        </div>
      )}
    </div>
  );
}
