import { CloseCircleFill, SearchOutline } from "antd-mobile-icons";
import { useRef } from "react";
import { useTranslation } from "@/shared/texts";

interface SearchFieldProps {
  value: string;
  onChange: (value: string) => void;
  /** What can be typed. */
  hint: string;
}

export function SearchField({ value, onChange, hint }: SearchFieldProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="search" role="search">
      <SearchOutline aria-hidden />
      <input
        ref={input}
        type="search"
        enterKeyHint="search"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        aria-label={t("search.label", { hint })}
        placeholder={hint}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") input.current?.blur();
        }}
      />
      {value !== "" && (
        <button
          type="button"
          className="icon-button"
          aria-label={t("search.clear")}
          onClick={() => {
            onChange("");
            input.current?.focus();
          }}
        >
          <CloseCircleFill aria-hidden />
        </button>
      )}
    </div>
  );
}
