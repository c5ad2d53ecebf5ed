/** One condition of a ledger: fields, how they are compared, with what. */
import { DeleteOutlined } from "@ant-design/icons";
import { Button, Checkbox, Select } from "antd";
import { useTranslation } from "react-i18next";
import { needsValue, ops, type Condition, type Field, type Op } from "./definition";

interface ConditionProps {
  number: number;
  condition: Condition;
  fields: readonly Field[];
  onChange: (condition: Condition) => void;
  remove: () => void;
}

/** Days that move along with the calendar; a fixed one is typed. */
const DAYS = ["today", "today-7", "today-14", "today-30", "today-90", "today+1", "today+7", "today+14"];

export function ConditionForm({ number, condition, fields, onChange, remove }: ConditionProps) {
  const { t, i18n } = useTranslation("ledgers");
  const [first] = condition.fields;
  const field = fields.find(({ key }) => key === first);
  // Several fields in one condition must be compared alike.
  const alike = fields.filter((other) => other.kind !== "person" && (!field || other.kind === field.kind));
  const label = (one: Field) => (i18n.language === "en" ? one.en : one.zh);
  const known = field ? ops(field.kind) : [];
  const about = (what: "field" | "comparison" | "value") =>
    t("condition.of", { number, what: t(`condition.${what}`) });
  return (
    <div className="condition" role="group" aria-label={t("condition", { number })}>
      <Select
        mode="multiple"
        style={{ flex: "1 1 200px" }}
        aria-label={about("field")}
        placeholder={t("condition.field")}
        value={condition.fields}
        options={alike.map((one) => ({ value: one.key, label: label(one) }))}
        showSearch={{ optionFilterProp: "label" }}
        onChange={(keys: string[]) => {
          const next = fields.find(({ key }) => key === keys[0]);
          const allowed = next ? ops(next.kind) : [];
          const op = allowed.includes(condition.op) ? condition.op : (allowed[0] ?? "is");
          onChange({ ...condition, fields: keys, op, values: next === field ? condition.values : [] });
        }}
      />
      <Select
        style={{ width: 140 }}
        aria-label={about("comparison")}
        value={condition.op}
        options={known.map((op) => ({
          value: op,
          label: t(`op.${field?.kind === "set" ? "set." : ""}${op}`),
        }))}
        onChange={(op: Op) =>
          onChange({ ...condition, op, values: needsValue(op) ? (condition.values ?? []) : [] })
        }
      />
      <Button
        type="text"
        icon={<DeleteOutlined />}
        aria-label={t("condition.remove", { number })}
        onClick={remove}
      />
      {field && needsValue(condition.op) && (
        <Values
          label={about("value")}
          field={field}
          condition={condition}
          onChange={(values) => onChange({ ...condition, values })}
        />
      )}
      {condition.op !== "unknown" && condition.op !== "known" && (
        <Checkbox
          checked={condition.or_empty ?? false}
          onChange={({ target }) => onChange({ ...condition, or_empty: target.checked })}
        >
          {t("condition.or_empty")}
        </Checkbox>
      )}
    </div>
  );
}

interface ValuesProps {
  label: string;
  field: Field;
  condition: Condition;
  onChange: (values: string[]) => void;
}

function Values({ label, field, condition, onChange }: ValuesProps) {
  const { t, i18n } = useTranslation("ledgers");
  const dated = field.kind === "date" || field.kind === "time";
  const single = condition.op === "from" || condition.op === "to";
  const options = dated
    ? DAYS.map((value) => ({ value, label: t(`day.${value}`) }))
    : field.choices.length > 0
      ? field.choices.map((one) => ({ value: one.value, label: i18n.language === "en" ? one.en : one.zh }))
      : field.values.map((value) => ({ value, label: value }));
  const values = condition.values ?? [];
  return (
    <Select
      mode="tags"
      style={{ flex: "1 1 100%" }}
      aria-label={label}
      placeholder={t(dated ? "condition.day" : "condition.value")}
      tokenSeparators={[",", ",", "、"]}
      value={values}
      options={options}
      showSearch={{ optionFilterProp: "label" }}
      onChange={(typed: string[]) => onChange(single ? typed.slice(-1) : typed)}
    />
  );
}
