/** The keys, listed. */
import { Dialog } from "@/shared/dialog";
import { useTranslation } from "react-i18next";

const KEYS: [string, string][] = [
  ["1 … 9", "choose"],
  ["O", "other"],
  ["R", "reason"],
  ["Enter", "save"],
  ["J", "next"],
  ["K", "previous"],
  ["U", "undo"],
  ["Esc", "leave"],
  ["?", "help"],
];
const PAIR_KEYS: [string, string][] = [
  ["S", "swap"],
  ["N", "apart"],
  ["R", "reason"],
  ["Enter", "merge"],
  ["J", "next"],
  ["K", "previous"],
  ["U", "undo"],
  ["Esc", "leave"],
  ["?", "help"],
];

export function KeyHelp({ close, pairs = false }: { close: () => void; pairs?: boolean }) {
  const { t } = useTranslation("merge");
  return (
    <Dialog title={t("help")} close={close} width={420}>
      <table className="desk-keys">
        <tbody>
          {(pairs ? PAIR_KEYS : KEYS).map(([key, what]) => (
            <tr key={key}>
              <th scope="row">
                <kbd>{key}</kbd>
              </th>
              <td>{t(`key.${what}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
