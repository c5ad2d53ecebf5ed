/** What they ask for: the usual with one tap, anything else in their words. */
import { Button } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import { Choice, TextField } from "@/shared/fields";

/** As many as the engine takes (VisitEntry::NEEDS_MAX). */
const NEEDS_MAX = 10;

interface NeedsProps {
  needs: readonly string[];
  onChange: (needs: string[]) => void;
}

export function Needs({ needs, onChange }: NeedsProps) {
  const { t } = useTranslation("visit");
  const [typing, setTyping] = useState(false);
  const [typed, setTyped] = useState("");
  const usual = t("needs.usual").split(t("comma"));
  const options = [...new Set([...usual, ...needs])].map((need) => ({ value: need, label: need }));
  const full = needs.length >= NEEDS_MAX;
  const toggle = (need: string) => {
    if (needs.includes(need)) onChange(needs.filter((it) => it !== need));
    else if (!full) onChange([...needs, need]);
  };
  const add = () => {
    const need = typed.trim();
    if (need !== "" && !needs.includes(need)) onChange([...needs, need]);
    setTyped("");
    setTyping(false);
  };
  return (
    <div className="needs">
      <Choice label={t("needs")} options={options} value={needs} onChange={toggle} />
      {full && <p className="hint">{t("needs.full", { count: NEEDS_MAX })}</p>}
      {typing && !full ? (
        <div className="beside">
          <TextField label={t("needs.other")} value={typed} onChange={setTyped} autoFocus maxLength={100} />
          <Button color="primary" fill="outline" onClick={add} disabled={typed.trim() === ""}>
            {t("needs.add")}
          </Button>
        </div>
      ) : (
        !full && (
          <button type="button" className="link" onClick={() => setTyping(true)}>
            {t("needs.other")}
          </button>
        )
      )}
    </div>
  );
}
