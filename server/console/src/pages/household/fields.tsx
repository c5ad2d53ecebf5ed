/** Fields of a household or resident: the value, who last changed it and when, and a way to its history. */
import { HistoryOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Status } from "@/shared/status";
import { TwoClocks } from "@/shared/time";

type Field = Schema<"FieldBody">;

interface FieldTableProps {
  label: string;
  fields: Field[];
  onHistory: (field: Field) => void;
}

export function FieldTable({ label, fields, onHistory }: FieldTableProps) {
  const { t } = useTranslation("household");
  const labelOf = useLabel();
  return (
    <table className="fields" aria-label={label}>
      <colgroup>
        <col className="field-name" />
        <col />
        <col className="field-changed" />
        <col className="field-history" />
      </colgroup>
      <thead className="only-read-aloud">
        <tr>
          <th scope="col">{t("field")}</th>
          <th scope="col">{t("field.value")}</th>
          <th scope="col">{t("field.changed")}</th>
          <th scope="col">{t("history")}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <tr key={field.key} data-field={field.field}>
            <th scope="row">{labelOf(field)}</th>
            <td className="field-value">
              <Value field={field} />
            </td>
            <td className="field-changed">
              {field.changed && (
                <>
                  {field.changed.author}
                  <br />
                  <TwoClocks phone={field.changed.at} received={field.changed.received_at} />
                </>
              )}
            </td>
            <td>
              {field.changed && (
                <Button
                  type="text"
                  size="small"
                  icon={<HistoryOutlined />}
                  aria-label={t("history.of", { field: labelOf(field) })}
                  title={t("history.of", { field: labelOf(field) })}
                  onClick={() => onHistory(field)}
                />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ field }: { field: Field }) {
  const { t } = useTranslation("household");
  const show = useShown();
  const conflict = field.conflict ?? [];
  if (conflict.length > 0) {
    return (
      <>
        <Status tone="warning">{t("value.conflict")}</Status>
        <ul className="versions">
          {conflict.map((value, at) => (
            <li key={at}>{show(field, value)}</li>
          ))}
        </ul>
      </>
    );
  }
  const words = field.type === "set" ? (field.values ?? []).join(t("value.comma")) : show(field, field.value);
  return words === "" ? <span className="nothing">{t("value.none")}</span> : <>{words}</>;
}

/** A field's label in the page's language. */
export function useLabel() {
  const { i18n } = useTranslation();
  return (field: { label_zh: string; label_en: string }) =>
    i18n.language === "en" ? field.label_en : field.label_zh;
}

/** A value as a person reads it. */
export function useShown() {
  const { t } = useTranslation("household");
  return (field: Pick<Field, "choices">, value: string) =>
    (field.choices ?? []).includes(value) ? t(`choice.${value}`) : value;
}
