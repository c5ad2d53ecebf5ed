import { CheckCircleFill } from "antd-mobile-icons";
import { useTranslation } from "@/shared/texts";
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

interface DraftState {
  restored: boolean;
  unkept: boolean;
  clear: () => void;
}

/** Above a form: it was begun earlier, or what is typed now would be lost with the page. */
export function DraftNote({ draft }: { draft: DraftState }) {
  const { t } = useTranslation();
  if (draft.unkept) {
    return (
      <div className="note bad" role="alert">
        {t("draft.unkept")}
      </div>
    );
  }
  if (!draft.restored) return null;
  return (
    <div className="note" role="status">
      <span>{t("draft.restored")}</span>
      <button type="button" className="link" onClick={draft.clear}>
        {t("draft.clear")}
      </button>
    </div>
  );
}
