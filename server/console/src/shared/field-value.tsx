import { useTranslation } from "react-i18next";
import { Status } from "./status";
import { TwoClocks, type At } from "./time";

interface FieldValueProps {
  value: string | number | boolean | string[] | null | undefined;
  /** Who wrote it, and when. */
  by?: string | null;
  at?: At | null;
  receivedAt?: At | null;
  /** Two people wrote different things. */
  conflict?: boolean;
}

/** A field's value as a person reads it, with who wrote it and when. */
export function FieldValue({ value, by, at, receivedAt, conflict = false }: FieldValueProps) {
  const { t } = useTranslation();
  const told = [by].filter((it) => it != null && it !== "");
  return (
    <span>
      <span style={{ overflowWrap: "anywhere" }}>{shown(value, t)}</span>
      {conflict && (
        <>
          {" "}
          <Status tone="warning">{t("value.conflict")}</Status>
        </>
      )}
      {(told.length > 0 || at != null) && (
        <span style={{ display: "block", fontSize: 12, color: "#596270" }}>
          {told}
          {told.length > 0 && at != null && " · "}
          {at != null && <TwoClocks phone={at} received={receivedAt} />}
        </span>
      )}
    </span>
  );
}

function shown(value: FieldValueProps["value"], t: (key: string) => string): string {
  if (value === null || value === undefined || value === "") return t("value.none");
  if (typeof value === "boolean") return t(value ? "value.yes" : "value.no");
  if (Array.isArray(value)) return value.length === 0 ? t("value.none") : value.join(t("value.comma"));
  return String(value);
}
