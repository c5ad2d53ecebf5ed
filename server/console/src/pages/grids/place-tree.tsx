/** Community, estate, building, unit: where to tick what a grid shall have. */
import { ApartmentOutlined } from "@ant-design/icons";
import { Button, Tree } from "antd";
import { useMemo, type Key } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useCan } from "@/api/session";
import { useHeight } from "@/shared/height";
import { Empty } from "@/shared/states";
import { nameOf, shortNameOf, type Grid } from "./data";
import type { Spot } from "./places";
import { SizeWord, sizeOf, useNumber } from "./size";

/** More grids in one place than these are a number. */
const GRIDS_MAX = 1;

interface PlaceTreeProps {
  tree: Spot;
  grids: readonly Grid[] | undefined;
  ticked: string[];
  tick: (keys: string[]) => void;
  open: string[];
  setOpen: (keys: string[]) => void;
  /** The fewest places that hold what is ticked. */
  chosen: readonly Spot[];
  assign: () => void;
}

export function PlaceTree({ tree, grids, ticked, tick, open, setOpen, chosen, assign }: PlaceTreeProps) {
  const { t } = useTranslation("grids");
  const can = useCan();
  const { box, height } = useHeight();
  const nodes = useMemo(() => [nodeOf(tree)], [tree]);
  const may = can("grids");
  if (tree.children.length === 0) {
    return (
      <Empty
        icon={<ApartmentOutlined />}
        title={t("places.none")}
        text={t("places.none.text")}
        action={can("import") && <Link to="/roster">{t("menu.roster")}</Link>}
      />
    );
  }
  return (
    <section className="places" aria-label={t("places")}>
      <div className="places-head">
        <h2>{t("places")}</h2>
        {may && <span>{t("places.hint")}</span>}
      </div>
      <div className="places-tree" ref={box}>
        <Tree
          aria-label={t("places")}
          treeData={nodes}
          height={height}
          blockNode
          checkable={may}
          selectable={false}
          checkedKeys={ticked}
          expandedKeys={open}
          onExpand={(keys) => setOpen(texts(keys))}
          onCheck={(keys) => tick(texts(Array.isArray(keys) ? keys : keys.checked))}
          titleRender={(node) => <SpotLine spot={node.spot} grids={grids} />}
        />
      </div>
      {may && <Chosen chosen={chosen} clear={() => tick([])} assign={assign} />}
    </section>
  );
}

interface Node {
  key: string;
  spot: Spot;
  children: Node[];
}

function nodeOf(spot: Spot): Node {
  return { key: spot.key, spot, children: spot.children.map(nodeOf) };
}

function texts(keys: readonly Key[]): string[] {
  return keys.map(String);
}

/** "3号楼" */
export function useSpotName(): (spot: Spot) => string {
  const { t } = useTranslation("grids");
  return ({ kind, name }) => {
    if (name === "") return t(`nameless.${kind}`);
    return kind === "building" || kind === "unit" ? t(`spot.${kind}`, { name }) : name;
  };
}

function SpotLine({ spot, grids }: { spot: Spot; grids: readonly Grid[] | undefined }) {
  const { t } = useTranslation("grids");
  const number = useNumber();
  const name = useSpotName();
  const codes = Object.keys(spot.grids);
  const told =
    codes.length > GRIDS_MAX
      ? t("n_grids", { count: codes.length })
      : codes.map((code) => shortNameOf(grids, code)).join("");
  const all = codes.map((code) => `${nameOf(grids, code)} ${number(spot.grids[code] ?? 0)}`).join("\n");
  return (
    <span className="spot">
      <span className="spot-name">{name(spot)}</span>
      <span
        className="number"
        title={t("n_households", { count: spot.households, n: number(spot.households) })}
      >
        {t("n", { n: number(spot.households) })}
      </span>
      <span className="spot-grid" title={all}>
        {told}
      </span>
    </span>
  );
}

interface ChosenProps {
  chosen: readonly Spot[];
  clear: () => void;
  assign: () => void;
}

function Chosen({ chosen, clear, assign }: ChosenProps) {
  const { t } = useTranslation("grids");
  const number = useNumber();
  const households = chosen.reduce((sum, spot) => sum + spot.households, 0);
  return (
    <div className="places-foot">
      <div role="status">
        {chosen.length === 0 ? (
          <span className="quiet">{t("chosen.none")}</span>
        ) : (
          <>
            <div>{t("chosen", { count: chosen.length, places: number(chosen.length) })}</div>
            <div className="size-line">
              <strong className="number">
                {t("n_households", { count: households, n: number(households) })}
              </strong>
              <SizeWord size={sizeOf(households)} />
            </div>
          </>
        )}
      </div>
      <div className="places-buttons">
        {chosen.length > 0 && <Button onClick={clear}>{t("chosen.clear")}</Button>}
        <Button type="primary" disabled={chosen.length === 0} onClick={assign}>
          {t("assign")}
        </Button>
      </div>
    </div>
  );
}
