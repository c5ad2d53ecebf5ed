/** One grid: its name, where it is, and who looked, looks and will look after it. */
import { Button, Drawer } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api } from "@/api/client";
import { useCan } from "@/api/session";
import { AddWorker, Appoint, Appointments, End } from "./appointments";
import { heldOf, readAgain, useWorkers, type Grid, type Held } from "./data";
import { NAME_CHARS_MAX } from "./grid-forms";
import { useSpotName } from "./place-tree";
import { spotsOf, type Spot } from "./places";
import { GridSize, useNumber } from "./size";
import { NameForm } from "./name-form";

/** Places beyond these are a number: the tree shows all of them. */
const PLACES_MAX = 12;

interface OneGridProps {
  grid: Grid;
  tree: Spot | undefined;
  close: () => void;
  done: (text: string) => void;
  /** Ticks the grid's places in the tree. */
  tick: (spots: Spot[]) => void;
}

type Open = "appoint" | "add" | Held;

export function OneGrid({ grid, tree, close, done, tick }: OneGridProps) {
  const { t } = useTranslation("grids");
  const can = useCan();
  const number = useNumber();
  const workers = useWorkers();
  const [open, setOpen] = useState<Open>();
  const shut = () => setOpen(undefined);
  const say = (text: string) => {
    shut();
    done(text);
  };
  const spots = tree ? spotsOf(tree, grid.code) : [];
  return (
    <Drawer open title={grid.name} size={480} onClose={close}>
      <dl className="grid-facts">
        <dt>{t("code")}</dt>
        <dd className="number">{grid.code}</dd>
        {grid.aliases.length > 0 && (
          <>
            <dt>{t("aliases")}</dt>
            <dd>{grid.aliases.join(t("value.comma"))}</dd>
          </>
        )}
        <dt>{t("size")}</dt>
        <dd>
          <GridSize households={grid.households} size={grid.size} />
        </dd>
        <dt>{t("residents")}</dt>
        <dd className="number">{number(grid.residents)}</dd>
        <dt>{t("reached", { period: grid.period })}</dt>
        <dd className="number">
          {t("n_households", { count: grid.reached, n: number(grid.reached) })}{" "}
          <Link to={`/households?grid=${grid.code}`}>{t("households.see")}</Link>
        </dd>
        <dt>{t("places")}</dt>
        <dd>
          <Where spots={spots} />
          {can("grids") && spots.length > 0 && (
            <div>
              <Button size="small" onClick={() => tick(spots)}>
                {t("places.tick")}
              </Button>
            </div>
          )}
        </dd>
      </dl>
      {can("grids") && <Rename key={grid.code} grid={grid} done={done} />}
      <h2 className="drawer-title">{t("workers")}</h2>
      <Appointments held={heldOf(workers.data, grid.code)} by="worker" end={setOpen} />
      {can("people") && (
        <div className="page-actions">
          <Button onClick={() => setOpen("add")}>{t("people.add")}</Button>
          <Button type="primary" onClick={() => setOpen("appoint")}>
            {t("appoint")}
          </Button>
        </div>
      )}
      {open === "appoint" && <Appoint grid={grid.code} close={shut} done={say} />}
      {open === "add" && <AddWorker grid={grid.code} close={shut} done={say} />}
      {typeof open === "object" && <End held={open} close={shut} done={say} />}
    </Drawer>
  );
}

/** "阳光花园 3号楼 2单元" */
function Where({ spots }: { spots: readonly Spot[] }) {
  const { t } = useTranslation("grids");
  const name = useSpotName();
  if (spots.length === 0) return <span className="quiet">{t("places.nobody")}</span>;
  const told = spots.slice(0, PLACES_MAX).map((spot) => {
    const { estate = "", building, unit } = spot.place ?? {};
    const parts = [
      name({ ...spot, kind: "estate", name: estate }),
      building == null ? "" : name({ ...spot, kind: "building", name: building }),
      unit == null || unit === "" ? "" : name({ ...spot, kind: "unit", name: unit }),
    ];
    return parts.filter((part) => part !== "").join(" ");
  });
  const rest = spots.length - told.length;
  return (
    <>
      {told.join(t("value.comma"))}
      {rest > 0 && ` ${t("places.more", { count: rest })}`}
    </>
  );
}

function Rename({ grid, done }: { grid: Grid; done: (text: string) => void }) {
  const { t } = useTranslation("grids");
  const save = api.useMutation("patch", "/v1/grids/{code}", {
    onSuccess: async (changed) => {
      await readAgain();
      done(t("renamed", { name: changed.name }));
    },
  });
  return (
    <NameForm
      form="rename"
      label={t("name")}
      name={grid.name}
      longest={NAME_CHARS_MAX}
      problem={save.error?.text}
      busy={save.isPending}
      save={(name) => save.mutate({ params: { path: { code: grid.code } }, body: { name } })}
    />
  );
}
