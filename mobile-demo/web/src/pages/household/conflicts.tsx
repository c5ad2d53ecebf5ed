/** Fields with two values: nothing is lost, the office chooses. */
import { useTranslation } from "@/shared/texts";
import type { Conflict } from "@/phone/calls";
import { Status } from "@/shared/status";
import { Time } from "@/shared/time";

export function Conflicts({ conflicts }: { conflicts: readonly Conflict[] }) {
  const { t } = useTranslation("household");
  const asking = conflicts.filter(({ asks }) => asks);
  if (asking.length === 0) return null;
  return (
    <section className="panel">
      <h2>
        <Status tone="warning">{t("conflicts", { count: asking.length })}</Status>
      </h2>
      <p className="hint">{t("conflicts.text")}</p>
      {asking.map((conflict) => (
        <dl key={conflict.id} className="versions">
          <dt>{conflict.label}</dt>
          {conflict.versions.map((version) => (
            <dd key={`${version.value}/${String(version.at)}`}>
              <strong>{version.value === "" ? t("emptied") : version.value}</strong>
              <span className="hint">
                {version.mine ? t("mine") : (version.author ?? t("somebody"))} · <Time at={version.at} />
              </span>
            </dd>
          ))}
        </dl>
      ))}
    </section>
  );
}
