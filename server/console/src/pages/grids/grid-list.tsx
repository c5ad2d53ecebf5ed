/** Every grid: how large it is, and who looks after it. */
import { Button, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/session";
import { DataTable } from "@/shared/data-table";
import { Status } from "@/shared/status";
import { Span } from "./appointments";
import { heldOf, termOf, type Grid, type Held, type Worker } from "./data";
import { GridSize, useNumber } from "./size";

const SIZES = ["under", "within", "over"];

interface GridListProps {
  grids: Grid[] | undefined;
  workers: readonly Worker[] | undefined;
  error: unknown;
  retry: () => unknown;
  onOpen: (grid: Grid) => void;
  add: () => void;
}

export function GridList({ grids, workers, error, retry, onOpen, add }: GridListProps) {
  const { t } = useTranslation("grids");
  const can = useCan();
  const number = useNumber();
  const columns: TableColumnsType<Grid> = [
    {
      title: t("grid"),
      width: 170,
      sorter: (a, b) => a.code.localeCompare(b.code),
      render: (_, grid) => (
        <>
          <strong>{grid.name}</strong>
          {grid.name !== grid.code && <div className="number quiet">{grid.code}</div>}
        </>
      ),
    },
    {
      title: t("households"),
      width: 165,
      sorter: (a, b) => a.households - b.households,
      filters: SIZES.map((size) => ({ text: t(`size.${size}`), value: size })),
      onFilter: (size, grid) => grid.size === size,
      render: (_, grid) => <GridSize households={grid.households} size={grid.size} />,
    },
    {
      title: t("residents"),
      width: 110,
      align: "right",
      sorter: (a, b) => a.residents - b.residents,
      render: (_, grid) => <span className="number">{number(grid.residents)}</span>,
    },
    {
      title: t("workers"),
      width: 225,
      filters: [{ text: t("workers.none"), value: "none" }],
      onFilter: (_, grid) => grid.workers.length === 0,
      render: (_, grid) => <Holders held={heldOf(workers, grid.code)} known={workers !== undefined} />,
    },
  ];
  return (
    <DataTable
      label={t("grids")}
      columns={columns}
      rows={grids}
      rowKey={(grid) => grid.code}
      error={error}
      retry={retry}
      onOpen={onOpen}
      width={670}
      foot={grids && <Totals grids={grids} />}
      empty={{
        title: t("none"),
        text: t("none.text"),
        action: can("grids") && (
          <Button type="primary" onClick={add}>
            {t("add")}
          </Button>
        ),
      }}
    />
  );
}

function Holders({ held, known }: { held: readonly Held[]; known: boolean }) {
  const { t } = useTranslation("grids");
  const shown = held.filter(({ appointment }) => termOf(appointment) !== "past");
  const now = shown.some(({ appointment }) => appointment.in_force);
  return (
    <>
      {known && !now && <Status tone="warning">{t("workers.none")}</Status>}
      {shown.map(({ worker, appointment }) => (
        <div key={appointment.id}>
          {worker.name} <Span appointment={appointment} />
        </div>
      ))}
    </>
  );
}

function Totals({ grids }: { grids: readonly Grid[] }) {
  const { t } = useTranslation("grids");
  const number = useNumber();
  const count = (is: (grid: Grid) => boolean) => grids.filter(is).length;
  const households = grids.reduce((sum, grid) => sum + grid.households, 0);
  const unmanned = count((grid) => grid.workers.length === 0);
  const parts = [
    t("total", { count: grids.length, households: number(households) }),
    ...SIZES.map((size) => `${t(`size.${size}`)} ${String(count((grid) => grid.size === size))}`),
    t("total.unmanned", { count: unmanned }),
  ];
  return <span className="number">{parts.join(" · ")}</span>;
}
