/** Why: a word that is often right, or one's own. */
import { AutoComplete, Input } from "antd";
import { useTranslation } from "react-i18next";
import { REASON_CHARS_MAX } from "./words";

interface ReasonFieldProps {
  id: string;
  /** Who reads it. */
  hint: string;
  value: string;
  change: (text: string) => void;
  /** Enter in the field. */
  save: () => void;
  presets: string[];
  /** Something was to be saved without it. */
  missing: boolean;
  /** The key that leads here. */
  shortcut?: string;
}

export function ReasonField({ id, hint, value, change, save, presets, missing, shortcut }: ReasonFieldProps) {
  const { t } = useTranslation("merge");
  return (
    <div className="desk-field">
      <label htmlFor={id}>
        {t("reason")} {shortcut && <kbd>{shortcut}</kbd>}
      </label>
      <AutoComplete
        value={value}
        onChange={change}
        options={presets.map((text) => ({ value: text }))}
        status={missing ? "error" : undefined}
        defaultActiveFirstOption={false}
      >
        <Input
          id={id}
          maxLength={REASON_CHARS_MAX}
          placeholder={hint}
          aria-required
          aria-invalid={missing}
          aria-describedby={missing ? `${id}-missing` : undefined}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
            // With an entry of the list under the cursor, Enter takes the entry.
            const picking = event.currentTarget.getAttribute("aria-activedescendant");
            const open = event.currentTarget.getAttribute("aria-expanded") === "true";
            if (
              event.key === "Enter" &&
              !event.nativeEvent.isComposing &&
              !(open && picking && document.querySelector(".ant-select-item-option-active"))
            )
              save();
          }}
        />
      </AutoComplete>
      {missing && (
        <span id={`${id}-missing`} className="desk-missing" role="alert">
          {t("reason.missing")}
        </span>
      )}
    </div>
  );
}
