/** What goes, kind by kind: before it is destroyed and after. */
import { useTranslation } from "react-i18next";
import type { Done } from "./subject";

/** Whether anything would go. */
export function isNothing(of: Done): boolean {
  const records = [...Object.values(of.destroyed), ...Object.values(of.rewritten)];
  return records.every((count) => count === 0) && of.cleared === 0;
}

export function useKind(): (kind: string) => string {
  const { t } = useTranslation("forgetting");
  return (kind) => t(`kind.${kind}`, { defaultValue: kind });
}

export function Counts({ of }: { of: Done }) {
  const { t } = useTranslation("forgetting");
  const kind = useKind();
  const rows = [
    ...Object.entries(of.destroyed).map(([name, count]) => ({ label: kind(name), count })),
    ...Object.entries(of.rewritten).map(([name, count]) => ({
      label: t("counts.rewritten", { kind: kind(name) }),
      count,
    })),
    { label: t("counts.cleared"), count: of.cleared },
    { label: t("counts.notes_left"), count: of.notes_left },
    { label: t("counts.phones"), count: of.phones },
  ];
  return (
    <table className="forgetting-counts" aria-label={t("counts")}>
      <tbody>
        {rows
          .filter(({ count }) => count > 0)
          .map(({ label, count }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td className="number">{count}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
