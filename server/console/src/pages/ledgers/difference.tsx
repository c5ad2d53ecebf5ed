/** What came, went or changed in a ledger between two moments. */
import { Alert, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { DataTable } from "@/shared/data-table";
import { Loaded } from "@/shared/states";
import { Status, type Tone } from "@/shared/status";
import { Heading, said, widthOf } from "./cells";
import type { Column } from "./definition";

interface Line {
  key: string;
  what: "added" | "removed" | "changed";
  before: readonly unknown[] | undefined;
  after: readonly unknown[] | undefined;
}

const TONES: Record<Line["what"], Tone> = { added: "good", removed: "neutral", changed: "warning" };

interface DifferenceProps {
  id: string;
  day: string | undefined;
  compared: string;
}

export function DifferenceTable({ id, day, compared }: DifferenceProps) {
  // Whichever is earlier comes first, however they were chosen.
  const [from, to] = day !== undefined && day < compared ? [day, compared] : [compared, day ?? "now"];
  const query = api.useQuery("get", "/v1/ledgers/{id}/difference", {
    params: { path: { id }, query: { from, to } },
  });
  return <Loaded query={query}>{(found) => <Lines found={found} from={from} to={to} />}</Loaded>;
}

function Lines({ found, from, to }: { found: Schema<"Difference">; from: string; to: string }) {
  const { t } = useTranslation("ledgers");
  const lines: Line[] = [
    ...found.added.map((row) => ({
      key: `+${row.id}`,
      what: "added" as const,
      before: undefined,
      after: row.cells,
    })),
    ...found.removed.map((row) => ({
      key: `-${row.id}`,
      what: "removed" as const,
      before: row.cells,
      after: undefined,
    })),
    ...found.changed.map((row) => ({
      key: `~${row.id}`,
      what: "changed" as const,
      before: row.before,
      after: row.after,
    })),
  ];
  const columns: TableColumnsType<Line> = [
    {
      key: "what",
      title: t("difference.what"),
      width: 110,
      fixed: "left",
      render: (_, line) => <Status tone={TONES[line.what]}>{t(`difference.${line.what}`)}</Status>,
    },
    ...found.columns.map((column, at) => ({
      key: column.key,
      title: <Heading column={column} />,
      width: widthOf(column) + 40,
      render: (_: unknown, line: Line) => <Change line={line} column={column} at={at} />,
    })),
  ];
  const width = found.columns.reduce((sum, column) => sum + widthOf(column) + 40, 110);
  return (
    <>
      {found.columns_changed && <Alert showIcon type="info" title={t("difference.columns")} />}
      <DataTable
        label={t("difference.label", { from, to: to === "now" ? t("now") : to })}
        columns={columns}
        rows={lines}
        rowKey={(line) => line.key}
        width={width}
        empty={{ title: t("difference.none"), text: t("difference.none.text") }}
        foot={
          <span>
            {t("difference.counts", {
              added: found.added_count,
              removed: found.removed_count,
              changed: found.changed_count,
            })}
          </span>
        }
      />
    </>
  );
}

function Change({ line, column, at }: { line: Line; column: Column; at: number }) {
  const { t } = useTranslation("ledgers");
  const text = (cells: readonly unknown[] | undefined) => said(cells?.[at], column, t) || "—";
  const [before, after] = [text(line.before), text(line.after)];
  if (line.what === "added") return <span>{after}</span>;
  if (line.what === "removed") return <span>{before}</span>;
  if (before === after) return <span className="same">{after}</span>;
  return (
    <span>
      <del>{before}</del> <span aria-hidden>→</span> <ins>{after}</ins>
    </span>
  );
}
