/** Grids and people: which buildings are in which grid, how large each is, and who looks after it. */
import { ImportOutlined, PlusOutlined } from "@ant-design/icons";
import { App, Button, Segmented } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useCan } from "@/api/session";
import { PageFrame } from "@/shared/page-frame";
import { Loaded } from "@/shared/states";
import { AddWorker } from "./appointments";
import { Assign } from "./assign";
import { useFreshGrids, useGrids, useTree, useWorkers } from "./data";
import { OneGrid } from "./grid";
import { AddGrid } from "./grid-forms";
import { GridList } from "./grid-list";
import { Import } from "./import";
import { People } from "./people";
import { chosenIn, keysAbove, keysWithin, type Spot } from "./places";
import { PlaceTree } from "./place-tree";
import { OneWorker } from "./worker";
import "./grids.css";

type View = "grids" | "people";
type Open =
  | { what: "assign" | "add" | "import" | "add-worker" }
  | { what: "grid"; code: string }
  | { what: "worker"; id: string };

export default function Grids() {
  const { t } = useTranslation("grids");
  const { message } = App.useApp();
  const [params, setParams] = useSearchParams();
  const view: View = params.get("view") === "people" ? "people" : "grids";
  const [open, setOpen] = useState<Open>();
  const ticks = useTicks();
  const grids = useGrids();
  const workers = useWorkers();
  useFreshGrids();

  const close = () => setOpen(undefined);
  const done = (text: string) => void message.success(text);
  const closing = (text: string) => {
    close();
    done(text);
  };
  const grid = open?.what === "grid" ? grids.data?.find(({ code }) => code === open.code) : undefined;
  const worker = open?.what === "worker" ? workers.data?.find(({ id }) => id === open.id) : undefined;
  return (
    <PageFrame
      title={t("menu.grids")}
      description={t(`text.${view}`)}
      actions={<Actions view={view} open={(what) => setOpen({ what })} />}
    >
      <div className="toolbar">
        <Segmented<View>
          aria-label={t("menu.grids")}
          value={view}
          onChange={(to) => setParams(to === "people" ? { view: to } : {}, { replace: true })}
          options={[
            { value: "grids", label: t("tab.grids", { n: grids.data?.length ?? 0 }) },
            { value: "people", label: t("tab.people", { n: workers.data?.length ?? 0 }) },
          ]}
        />
      </div>
      {view === "grids" ? (
        <div className="draw">
          <Loaded query={ticks.tree} rows={12}>
            {(tree) => (
              <PlaceTree
                tree={tree}
                grids={grids.data}
                ticked={ticks.ticked}
                tick={ticks.tick}
                open={ticks.open}
                setOpen={ticks.setOpen}
                chosen={ticks.chosen}
                assign={() => setOpen({ what: "assign" })}
              />
            )}
          </Loaded>
          <GridList
            grids={grids.data}
            workers={workers.data}
            error={grids.error}
            retry={grids.refetch}
            onOpen={({ code }) => setOpen({ what: "grid", code })}
            add={() => setOpen({ what: "add" })}
          />
        </div>
      ) : (
        <People
          workers={workers.data}
          grids={grids.data}
          error={workers.error}
          retry={workers.refetch}
          onOpen={({ id }) => setOpen({ what: "worker", id })}
          add={() => setOpen({ what: "add-worker" })}
        />
      )}
      {open?.what === "assign" && (
        <Assign
          chosen={ticks.chosen}
          close={close}
          done={(text) => {
            ticks.tick([]);
            closing(text);
          }}
        />
      )}
      {open?.what === "add" && <AddGrid first={grids.data?.length === 0} close={close} done={closing} />}
      {open?.what === "import" && <Import close={close} done={closing} />}
      {open?.what === "add-worker" && <AddWorker close={close} done={closing} />}
      {grid && (
        <OneGrid
          grid={grid}
          tree={ticks.tree.data}
          close={close}
          done={done}
          tick={(spots) => {
            ticks.show(spots);
            close();
          }}
        />
      )}
      {worker && <OneWorker worker={worker} close={close} done={done} />}
    </PageFrame>
  );
}

interface ActionsProps {
  view: View;
  open: (what: "add" | "import" | "add-worker") => void;
}

function Actions({ view, open }: ActionsProps) {
  const { t } = useTranslation("grids");
  const can = useCan();
  if (view === "people") {
    return (
      can("people") && (
        <Button type="primary" icon={<PlusOutlined />} onClick={() => open("add-worker")}>
          {t("people.add")}
        </Button>
      )
    );
  }
  return (
    can("grids") && (
      <>
        <Button icon={<ImportOutlined />} onClick={() => open("import")}>
          {t("import")}
        </Button>
        <Button icon={<PlusOutlined />} onClick={() => open("add")}>
          {t("add")}
        </Button>
      </>
    )
  );
}

/** What is ticked and open in the tree; the community and its estates are open until somebody closes them. */
function useTicks() {
  const tree = useTree();
  const [ticked, tick] = useState<string[]>([]);
  const [opened, setOpen] = useState<string[]>();
  const root = tree.data;
  const chosen = useMemo(() => (root ? chosenIn(root, new Set(ticked)) : []), [root, ticked]);
  const open = opened ?? (root ? [root.key, ...root.children.map(({ key }) => key)] : []);
  const show = (spots: readonly Spot[]) => {
    tick(keysWithin(spots));
    if (root) setOpen(keysAbove(root, new Set(spots.map(({ key }) => key))));
  };
  return { tree, ticked, tick, open, setOpen, chosen, show };
}
