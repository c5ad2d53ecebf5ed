/** What an undo does, or did: only what there is any of. */
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";

export function UndoneCounts({ summary }: { summary: Schema<"UndoSummary"> }) {
  const { t } = useTranslation("roster");
  const { households_withdrawn, residents_removed, fields_restored, households_restored } = summary;
  if (households_withdrawn + residents_removed + fields_restored === 0) return <p>{t("undo.nothing")}</p>;
  return (
    <ul className="roster-undo">
      {households_withdrawn > 0 && <li>{t("undo.withdrawn", { count: households_withdrawn })}</li>}
      {residents_removed > 0 && <li>{t("undo.residents", { count: residents_removed })}</li>}
      {fields_restored > 0 && (
        <li>{t("undo.fields", { count: fields_restored, households: households_restored })}</li>
      )}
    </ul>
  );
}
