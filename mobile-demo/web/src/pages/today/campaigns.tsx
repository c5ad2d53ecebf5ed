/** What the worker is going around for; not there while the office asks for nothing but routine visits. */
import { useTranslation } from "@/shared/texts";
import { useCampaign } from "@/shared/campaign";

export function Campaigns() {
  const { t } = useTranslation("today");
  const { open, campaign, choose } = useCampaign();
  if (open.length === 0) return null;
  const chip = (name: string | null, words: string) => (
    <button
      key={words}
      type="button"
      className="chip"
      aria-pressed={(campaign?.name ?? null) === name}
      onClick={() => choose(name)}
    >
      {words}
    </button>
  );
  return (
    <div className="campaigns">
      <div className="filters" role="group" aria-label={t("campaigns")}>
        {chip(null, t("campaigns.routine"))}
        {open.map(({ name }) => chip(name, name))}
      </div>
      {campaign?.reason != null && <p className="hint">{campaign.reason}</p>}
    </div>
  );
}
