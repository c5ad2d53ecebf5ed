/** A household's card: what one knows before knocking. */
import { AddOutline, PhoneFill } from "antd-mobile-icons";
import { useTranslation } from "@/shared/texts";
import { Link, useParams } from "react-router";
import type { Household } from "@/phone/calls";
import { telOf } from "@/shared/people";
import { useAsk } from "@/shared/phone";
import { Screen } from "@/shared/screen";
import { Loaded } from "@/shared/states";
import { Status } from "@/shared/status";
import { CloudOutline } from "@/shared/icons";
import { Tags } from "@/shared/tags";
import { Ago } from "@/shared/time";
import { Conflicts } from "./conflicts";
import { Fields } from "./fields";
import { Residents } from "./residents";
import { Needs, Visits } from "./visits";

export default function HouseholdCard() {
  const { t } = useTranslation("household");
  const { id = "" } = useParams();
  const household = useAsk("household", { id, withHistory: false });
  const known = household.data;
  return (
    <Screen title={known?.address ?? t("title")} back="/" foot={known && <Foot household={known} />}>
      <Loaded query={household} rows={8}>
        {(it) => <Card household={it} />}
      </Loaded>
    </Screen>
  );
}

function Foot({ household }: { household: Household }) {
  const { t } = useTranslation("household");
  const phone =
    household.contact_phone ?? household.residents.find(({ phone }) => phone !== undefined)?.phone;
  return (
    <>
      {phone !== undefined && (
        <a
          className="adm-button adm-button-large button-link call"
          href={telOf(phone)}
          aria-label={t("call", { phone })}
        >
          <PhoneFill aria-hidden />
        </a>
      )}
      <Link
        className="adm-button adm-button-primary adm-button-large adm-button-block button-link"
        to={`/household/${household.id}/visit`}
      >
        {t("visit")}
      </Link>
    </>
  );
}

function Card({ household }: { household: Household }) {
  const { t } = useTranslation("household");
  const everybody = household.residents.flatMap(({ tags }) => tags ?? []);
  const tags = [...new Set([...(household.tags ?? []), ...everybody])];
  return (
    <>
      {household.asked !== undefined && (
        <div className="note" role="status">
          {t("merged")}
        </div>
      )}
      <section className="panel at-the-door">
        {tags.length > 0 && <Tags tags={tags} />}
        {household.note !== undefined && <p className="door-note">{household.note}</p>}
        <p className="hint">
          {t("updated")} <Ago at={household.last_sync_ms} none={t("never_synced")} />
          {household.unsent && (
            <>
              {" · "}
              <Status tone="neutral" icon={<CloudOutline />}>
                {t("row.unsent")}
              </Status>
            </>
          )}
        </p>
      </section>
      <Conflicts conflicts={household.conflicts} />
      <Needs visits={household.visits} />
      <Residents household={household} />
      <Fields household={household} />
      <Visits visits={household.visits} />
      <Link to={`/issues/new?household=${household.id}`} className="row add-row">
        <AddOutline aria-hidden />
        <span>{t("report")}</span>
      </Link>
    </>
  );
}
