/** Issues of this phone's grids, newest first. */
import { AddOutline } from "antd-mobile-icons";
import { useTranslation } from "@/shared/texts";
import { Link } from "react-router";
import type { Issue } from "@/phone/calls";
import { CloudOutline } from "@/shared/icons";
import { useAsk } from "@/shared/phone";
import { Screen } from "@/shared/screen";
import { Empty, Loaded } from "@/shared/states";
import { Status, type Tone } from "@/shared/status";
import { Ago } from "@/shared/time";

/** As many as the engine gives at once (IssueFilter::LIMIT_MAX); what is older is at the office. */
const SHOWN_MAX = 200;

/** States of an issue that are over, and those in which somebody is at it; the others wait. */
const OVER = ["resolved", "verified", "closed", "rated"];
const AT_IT = ["accepted", "assigned", "in_progress"];

function toneOf(state: string): Tone {
  if (OVER.includes(state)) return "good";
  return AT_IT.includes(state) ? "waiting" : "neutral";
}

export default function Issues() {
  const { t } = useTranslation("issues");
  const issues = useAsk("issues", { limit: SHOWN_MAX });
  return (
    <Screen
      title={t("title")}
      tabs
      foot={
        <Link
          to="/issues/new"
          className="adm-button adm-button-primary adm-button-large adm-button-block button-link"
        >
          <span className="with-icon">
            <AddOutline aria-hidden />
            {t("report")}
          </span>
        </Link>
      }
    >
      <Loaded query={issues}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t("none")} text={t("none.text")} />
          ) : (
            <ul className="list">
              {all.map((issue) => (
                <li key={issue.id} className="row">
                  <Row issue={issue} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Screen>
  );
}

function Row({ issue }: { issue: Issue }) {
  const { t } = useTranslation("issues");
  return (
    <div className="row-main">
      <div className="row-title">
        <strong>{t(`category.${issue.category}`)}</strong>
        <span className="row-people">{issue.place}</span>
      </div>
      <p className="clip">{issue.text}</p>
      <div className="row-notes">
        <Status tone={toneOf(issue.state)}>{t(`issue.${issue.state}`, { defaultValue: issue.state })}</Status>
        <Ago at={issue.reported_at} />
        {issue.mine && <span>{t("mine")}</span>}
        {issue.unsent && (
          <Status tone="neutral" icon={<CloudOutline />}>
            {t("row.unsent")}
          </Status>
        )}
      </div>
    </div>
  );
}
