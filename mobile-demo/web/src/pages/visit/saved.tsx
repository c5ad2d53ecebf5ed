/** Saved: said so, and the next door one tap away. */
import { CheckCircleFill, RightOutline } from "antd-mobile-icons";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { Outcome } from "@/phone/calls";
import { SavedNote } from "@/shared/saved";
import { Screen } from "@/shared/screen";
import { HouseholdStanding } from "@/shared/status";
import type { NextDoor } from "./next-door";

interface SavedProps {
  address: string | undefined;
  /** The office has it. */
  sent: boolean;
  outcome: Outcome;
  next: NextDoor;
}

export function Saved({ address, sent, outcome, next }: SavedProps) {
  const { t } = useTranslation("visit");
  return (
    <Screen title={t("saved.title")} back="/">
      <section className="panel state saved">
        <CheckCircleFill className="state-icon good" aria-hidden />
        <h2>{address}</h2>
        <HouseholdStanding standing={outcome} />
        <SavedNote sent={sent} />
      </section>
      <div className="stack">
        {next !== null && (
          <Link
            replace
            className="adm-button adm-button-primary adm-button-large adm-button-block button-link"
            to={`/household/${next.id}`}
          >
            <span className="with-icon">
              {t("next", { address: next.address })}
              <RightOutline aria-hidden />
            </span>
          </Link>
        )}
        <Link
          replace
          className="adm-button adm-button-default adm-button-large adm-button-block button-link"
          to="/"
        >
          {t("list")}
        </Link>
      </div>
    </Screen>
  );
}
