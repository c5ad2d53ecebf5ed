import { CheckCircleFill } from "antd-mobile-icons";
import { useTranslation } from "react-i18next";
import { CloudOutline } from "./icons";

/** Done, in an icon, a colour and words; and whether the office has it yet. */
export function SavedNote({ sent }: { sent: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={sent ? "note good" : "note"} role="status">
      {sent ? <CheckCircleFill aria-hidden /> : <CloudOutline />}
      <strong>{t(sent ? "saved.sent" : "saved")}</strong>
    </div>
  );
}

/** Above a form that was begun earlier. */
export function RestoredNote({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="note" role="status">
      <span>{t("draft.restored")}</span>
      <button type="button" className="link" onClick={onClear}>
        {t("draft.clear")}
      </button>
    </div>
  );
}
