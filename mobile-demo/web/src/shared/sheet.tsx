/** A form over the screen, from below: the browser's own dialog keeps the focus inside and closes at Escape. */
import { CloseOutline } from "antd-mobile-icons";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTranslation } from "@/shared/texts";

interface SheetProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

export function Sheet({ title, onClose, children }: SheetProps) {
  const { t } = useTranslation();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="sheet"
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
    >
      <div className="sheet-body">
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" className="icon-button" onClick={onClose} aria-label={t("close")}>
            <CloseOutline aria-hidden />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
