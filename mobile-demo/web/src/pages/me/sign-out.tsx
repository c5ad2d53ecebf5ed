/** The way out: says what would be lost, and never loses it silently. */
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { Status } from "@/phone/calls";
import { useDo } from "@/shared/phone";
import { Sheet } from "@/shared/sheet";
import { Refused } from "@/shared/states";
import { Status as Mark } from "@/shared/status";

export function SignOut({ status }: { status: Status }) {
  const { t } = useTranslation("me");
  const queries = useQueryClient();
  const [asked, setAsked] = useState(false);
  const [sure, setSure] = useState(false);
  const out = useDo("signOut");
  const waits = status.unsent + status.carried;
  const leave = () =>
    out.mutate(waits > 0 ? { force: true } : {}, {
      onSuccess: () => {
        sessionStorage.clear();
        queries.clear();
        location.replace(import.meta.env.BASE_URL);
      },
    });
  return (
    <>
      <Button block onClick={() => setAsked(true)}>
        {t("sign_out")}
      </Button>
      {asked && (
        <Sheet title={t("sign_out")} onClose={() => setAsked(false)}>
          {waits > 0 ? (
            <>
              <p>
                <Mark tone="warning">{t("sign_out.unsent", { count: waits })}</Mark>
              </p>
              <p>{t("sign_out.unsent.text")}</p>
              <Link to="/sync" className="adm-button adm-button-primary adm-button-block button-link">
                {t("sign_out.to_sync")}
              </Link>
              <label className="check">
                <input type="checkbox" checked={sure} onChange={(event) => setSure(event.target.checked)} />
                <span>{t("sign_out.sure", { count: waits })}</span>
              </label>
            </>
          ) : (
            <p>{t("sign_out.text")}</p>
          )}
          <Refused problem={out.error} />
          <Button
            block
            color={waits > 0 ? "danger" : "primary"}
            disabled={waits > 0 && !sure}
            loading={out.isPending}
            onClick={leave}
          >
            {t(waits > 0 ? "sign_out.discard" : "sign_out.ok")}
          </Button>
        </Sheet>
      )}
    </>
  );
}
