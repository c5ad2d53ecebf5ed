/** Every list: fills the height it is given, draws only what is seen, and can be walked with the arrow keys. */
import { Table, type GetRef } from "antd";
import type { TableColumnsType, TableColumnType } from "antd";
import { useCallback, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useHeight } from "./height";
import { Empty, Failed } from "./states";

/** Below this, drawing all rows costs nothing and the browser's own search finds them. */
const VIRTUAL_FROM_ROWS = 100;
const HEADER_PX = 49;
const PAGE_ROWS = 10;

interface DataTableProps<Row> {
  /** For screen readers: what is listed. */
  label: string;
  columns: TableColumnsType<Row>;
  /** Absent while they load. */
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  error?: unknown;
  retry?: () => unknown;
  /** Instead of rows when there are none. */
  empty?: { title: string; text?: string; action?: ReactNode };
  /** A click, or Enter on a row. */
  onOpen?: (row: Row) => void;
  /** How wide the columns are together before the table scrolls sideways. */
  width?: number;
  /** Below the table: counts, "load more". */
  foot?: ReactNode;
}

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, error, retry, empty, onOpen, width = 900, foot } = props;
  const { t } = useTranslation();
  const table = useRef<GetRef<typeof Table>>(null);
  const { box, height } = useHeight();
  const [shown, setShown] = useState<readonly Row[]>();

  const walk = useCallback(
    (event: KeyboardEvent, row: Row) => {
      if (!(event.currentTarget instanceof HTMLElement)) return;
      if (event.target !== event.currentTarget) return;
      if (event.key === "Enter" && onOpen) onOpen(row);
      const order = shown ?? rows ?? [];
      const at = order.findIndex((it) => rowKey(it) === rowKey(row));
      const to = target(event.key, at, order.length);
      const next = to === null ? undefined : order[to];
      if (!next) return;
      event.preventDefault();
      focusRow(event.currentTarget, rowKey(next), () => table.current?.scrollTo({ key: rowKey(next) }));
    },
    [onOpen, shown, rows, rowKey],
  );

  if (rows === undefined && error !== undefined && error !== null)
    return <Failed problem={error} retry={retry} />;
  if (rows?.length === 0 && empty) return <Empty {...empty} />;
  return (
    <div className="fill data-table" role="region" aria-label={label}>
      <div className="fill" ref={box}>
        <Table<Row>
          ref={table}
          size="middle"
          columns={columns}
          dataSource={rows ?? []}
          rowKey={rowKey}
          loading={rows === undefined ? { description: t("state.loading") } : false}
          virtual={(rows?.length ?? 0) >= VIRTUAL_FROM_ROWS}
          scroll={{ x: width, y: Math.max(height - HEADER_PX, 120) }}
          pagination={false}
          showSorterTooltip={false}
          onChange={(_, __, ___, extra) => setShown(extra.currentDataSource)}
          onRow={(row) => ({
            tabIndex: 0,
            className: onOpen ? "opens" : "",
            onClick: onOpen ? (event: MouseEvent) => isOnRow(event) && onOpen(row) : undefined,
            onKeyDown: (event: KeyboardEvent) => walk(event, row),
          })}
        />
      </div>
      {foot !== undefined && <div className="data-table-foot">{foot}</div>}
    </div>
  );
}

/** A link or a button in a row does what it says, and the row does not open as well. */
const isOnRow = ({ target }: MouseEvent) => target instanceof Element && target.closest("a, button") === null;

/** A column with a filter of the values that are there. */
export function choice<Row>(
  rows: readonly Row[] | undefined,
  get: (row: Row) => string,
  name: (value: string) => string = (value) => value,
): Pick<TableColumnType<Row>, "filters" | "onFilter"> {
  const values = [...new Set((rows ?? []).map(get))].sort((a, b) => a.localeCompare(b));
  return {
    filters: values.map((value) => ({ text: name(value), value })),
    onFilter: (value, row) => get(row) === value,
  };
}

function target(key: string, at: number, count: number): number | null {
  const last = count - 1;
  switch (key) {
    case "ArrowDown":
      return Math.min(at + 1, last);
    case "ArrowUp":
      return Math.max(at - 1, 0);
    case "PageDown":
      return Math.min(at + PAGE_ROWS, last);
    case "PageUp":
      return Math.max(at - PAGE_ROWS, 0);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/** Brings a row into view, where a virtual table draws it, and focuses it then. */
function focusRow(from: HTMLElement, key: string, reveal: () => void) {
  const around = from.closest(".data-table");
  const find = () => around?.querySelector<HTMLElement>(`[data-row-key="${CSS.escape(key)}"]`);
  const there = find();
  if (there) {
    there.focus();
    there.scrollIntoView({ block: "nearest" });
    return;
  }
  reveal();
  requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus({ preventScroll: true })));
}
