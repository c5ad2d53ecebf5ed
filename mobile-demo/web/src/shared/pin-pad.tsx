/** A PIN typed on keys as large as thumbs; a keyboard does as well. */
import { TextDeletionOutline } from "antd-mobile-icons";
import { useEffect, useRef } from "react";
import { useTranslation } from "@/shared/texts";

/** Six digits: a million tries, of which the lock allows few (the engine counts them). */
export const PIN_DIGITS = 6;

interface PinPadProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  disabled?: boolean;
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

export function PinPad({ label, value, onChange, disabled = false }: PinPadProps) {
  const { t } = useTranslation();
  const add = (digit: string) => {
    if (!disabled && value.length < PIN_DIGITS) onChange(value + digit);
  };
  const remove = () => {
    if (!disabled) onChange(value.slice(0, -1));
  };
  const keys = useRef({ add, remove });
  useEffect(() => {
    keys.current = { add, remove };
  });
  useEffect(() => {
    const typed = ({ key }: KeyboardEvent) => {
      if (/^\d$/.test(key)) keys.current.add(key);
      else if (key === "Backspace") keys.current.remove();
    };
    window.addEventListener("keydown", typed);
    return () => window.removeEventListener("keydown", typed);
  }, []);
  return (
    <div className="pin" role="group" aria-label={label}>
      <div className="pin-dots" role="status">
        <span className="only-read-aloud">{t("pin.typed", { count: value.length, all: PIN_DIGITS })}</span>
        {Array.from({ length: PIN_DIGITS }, (_, at) => (
          <span key={at} aria-hidden className={at < value.length ? "dot full" : "dot"} />
        ))}
      </div>
      <div className="pin-keys">
        {KEYS.map((digit) => (
          <button key={digit} type="button" onClick={() => add(digit)} disabled={disabled}>
            {digit}
          </button>
        ))}
        <span />
        <button type="button" onClick={() => add("0")} disabled={disabled}>
          0
        </button>
        <button
          type="button"
          onClick={remove}
          disabled={disabled || value === ""}
          aria-label={t("pin.delete")}
        >
          <TextDeletionOutline aria-hidden />
        </button>
      </div>
    </div>
  );
}
