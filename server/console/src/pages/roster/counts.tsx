/** What an import did, or would do, in numbers. */
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";

export function Counts({ summary }: { summary: Schema<"ImportSummary"> }) {
  const { t, i18n } = useTranslation("roster");
  const number = new Intl.NumberFormat(i18n.language);
  const counts: [string, number][] = [
    ["rows_read", summary.rows_read],
    ["households_new", summary.households_new],
    ["residents_new", summary.residents_new],
    ["households_changed", summary.households_changed],
    ["households_unchanged", summary.households_unchanged],
    ["conflicts_new", summary.conflicts_new],
    ["rows_bad", summary.rows_bad],
  ];
  return (
    <dl className="counts roster-counts">
      {counts.map(([name, count]) => (
        <div key={name} className="panel count" data-count={name}>
          <dt>{t(`count.${name}`)}</dt>
          <dd className="number">{number.format(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
