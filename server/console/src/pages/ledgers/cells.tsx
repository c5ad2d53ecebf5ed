/** Values of a ledger as people read them. */
import { Tooltip, type TableColumnsType } from "antd";
import { EyeInvisibleOutlined } from "@ant-design/icons";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { HouseholdLink } from "@/shared/household-link";
import { absolute } from "@/shared/time";
import type { Column } from "./definition";

export type Row = Schema<"RowBody">;

/** One value as text. */
export function said(value: unknown, column: Column, t: TFunction<"ledgers">): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(String).join(t("value.comma"));
  if (column.kind === "time" && typeof value === "number") return absolute(value);
  if (typeof value !== "string") return JSON.stringify(value);
  return column.kind === "choice" ? t(`choice.${value}`, { defaultValue: value }) : value;
}

/** The heading of a column in the page's language; sensitive ones are marked. */
export function Heading({ column }: { column: Column }) {
  const { t, i18n } = useTranslation("ledgers");
  const label = i18n.language === "en" ? column.en : column.zh;
  if (!column.sensitive) return <span>{label}</span>;
  return (
    <Tooltip title={t("sensitive.text")}>
      <span className="sensitive">
        {label} <EyeInvisibleOutlined aria-label={t("sensitive")} />
      </span>
    </Tooltip>
  );
}

const WIDTHS: Record<Column["kind"], number> = {
  text: 130,
  place: 90,
  choice: 110,
  number: 100,
  date: 120,
  time: 150,
  set: 170,
  person: 120,
};

/** How wide a column is: addresses, grid codes and headings must fit. */
export function widthOf(column: Column): number {
  if (column.key.endsWith("address")) return 200;
  if (column.key.endsWith("grid")) return 160;
  if (column.key.endsWith("note")) return 260;
  const heading = Math.max(column.zh.length * 16, column.en.length * 8) + 48;
  return Math.max(WIDTHS[column.kind], Math.min(heading, 220));
}

/** The columns of a table of rows. */
export function tableColumns(columns: readonly Column[], t: TFunction<"ledgers">): TableColumnsType<Row> {
  return columns.map((column, at) => ({
    key: column.key,
    title: <Heading column={column} />,
    width: widthOf(column),
    ellipsis: true,
    className: ["number", "time", "date"].includes(column.kind) ? "number" : undefined,
    render: (_, row) => {
      const text = said(row.cells[at], column, t);
      if (column.key === "address" || column.key === "household.address")
        return <HouseholdLink id={row.household} address={text} />;
      return <span title={text}>{text === "" ? "—" : text}</span>;
    },
  }));
}
