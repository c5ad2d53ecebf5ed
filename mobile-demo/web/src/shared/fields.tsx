/** What forms are made of. Every field has a label that is seen and read aloud. */
import { CheckOutline } from "antd-mobile-icons";
import { Input, TextArea } from "antd-mobile";
import { createContext, use, useId, type HTMLInputTypeAttribute, type ReactNode } from "react";

const InForm = createContext(false);

interface FormProps {
  className?: string;
  onSubmit: () => void;
  children: ReactNode;
}

/**
 * Browsers keep what stands in a page's fields in files of their own, in the clear, to fill it in again after a crash.
 * A form without `autoComplete` is left out; what the app keeps of a draft is encrypted.
 */
export function PrivateForm({ className, onSubmit, children }: FormProps) {
  return (
    <form
      className={className}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <InForm value>{children}</InForm>
    </form>
  );
}

interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: string;
  placeholder?: string;
  type?: "text" | "tel" | "password";
  inputMode?: "text" | "tel" | "decimal" | "numeric";
  autoFocus?: boolean;
  autoComplete?: HTMLInputTypeAttribute;
  maxLength?: number;
}

export function TextField({ label, value, onChange, hint, ...input }: TextFieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && <p className="hint">{hint}</p>}
      <Input id={id} value={value} onChange={onChange} autoComplete="off" {...input} />
    </div>
  );
}

interface NoteFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  rows?: number;
  maxLength?: number;
}

export function NoteField({ label, value, onChange, rows = 3, ...area }: NoteFieldProps) {
  const id = useId();
  // Unlike an input, it has no word of its own that keeps browsers from writing it down.
  if (!use(InForm)) throw new Error("a note stands in a PrivateForm");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <TextArea
        id={id}
        value={value}
        onChange={onChange}
        rows={rows}
        autoSize={{ minRows: rows, maxRows: 8 }}
        {...area}
      />
    </div>
  );
}

interface Option<Value extends string> {
  value: Value;
  label: ReactNode;
  icon?: ReactNode;
}

interface ChoiceProps<Value extends string> {
  label: string;
  /** Words above the choice; otherwise they are only read aloud. */
  shown?: boolean;
  options: readonly Option<Value>[];
  value: readonly Value[];
  onChange: (value: Value) => void;
  big?: boolean;
}

/** One or several of a few: a tick, a colour and a frame say which. */
export function Choice<Value extends string>({
  label,
  shown = true,
  options,
  value,
  onChange,
  big,
}: ChoiceProps<Value>) {
  const id = useId();
  return (
    <div className="field" role="group" aria-labelledby={id}>
      <span id={id} className={shown ? "field-label" : "only-read-aloud"}>
        {label}
      </span>
      <div className={big === true ? "chips big" : "chips"}>
        {options.map((option) => {
          const chosen = value.includes(option.value);
          return (
            <button
              key={option.value}
              type="button"
              className="chip"
              aria-pressed={chosen}
              onClick={() => onChange(option.value)}
            >
              {(chosen || option.icon !== undefined) && (
                <span aria-hidden className="chip-icon">
                  {chosen ? <CheckOutline /> : option.icon}
                </span>
              )}
              <span>{option.label}</span>
            </button>
          );
        })}
      </div>
    </div>
  );
}
