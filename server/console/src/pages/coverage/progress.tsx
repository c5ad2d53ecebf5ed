/** How far each grid is, as bars and as a table. Of grids in the order of their codes: nobody is ranked. */
import { Segmented, type TableColumnsType } from "antd";
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { DataTable } from "@/shared/data-table";
import { FONTS } from "@/theme";

register([BarChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

type Grid = Schema<"GridCoverage">;

/** A bar a grid, thick enough to point at. */
const BAR_PX = 24;
const FRAME_PX = 80;

interface ProgressProps {
  grids: Grid[];
  total: Schema<"Tally">;
}

export default function Progress({ grids, total }: ProgressProps) {
  const { t, i18n } = useTranslation("coverage");
  const [form, setForm] = useState<"bars" | "table">("bars");
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <div className="coverage">
      <div className="toolbar">
        <Segmented
          aria-label={t("form")}
          value={form}
          onChange={setForm}
          options={[
            { value: "bars", label: t("form.bars") },
            { value: "table", label: t("form.table") },
          ]}
        />
        <span>
          {t("grids.total", {
            households: number.format(total.households),
            reached: number.format(total.reached),
            rest: number.format(total.households - total.reached),
          })}
        </span>
      </div>
      {form === "bars" ? <Bars grids={grids} /> : <GridTable grids={grids} />}
    </div>
  );
}

function nameOf(grid: Grid): string {
  return grid.name === "" ? grid.code : grid.name;
}

function Bars({ grids }: { grids: Grid[] }) {
  const { t } = useTranslation("coverage");
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  useEffect(() => {
    if (!box.current) return;
    const made = init(box.current, undefined, { renderer: "svg" });
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    chart.current?.resize();
    chart.current?.setOption({
      animation: false,
      textStyle: { fontFamily: FONTS, color: "#1d2430" },
      // Names come from rosters: nothing here is read as markup.
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText" },
      legend: { top: 0, itemWidth: 18 },
      grid: { left: 8, right: 40, top: 36, bottom: 8, containLabel: true },
      xAxis: { type: "value", minInterval: 1, axisLabel: { color: "#4a5361" } },
      yAxis: {
        type: "category",
        inverse: true,
        data: grids.map(nameOf),
        axisLabel: { color: "#1d2430", width: 180, overflow: "truncate" },
        axisTick: { show: false },
      },
      series: [
        {
          name: t("reached"),
          type: "bar",
          stack: "all",
          barWidth: 14,
          color: "#1c7430",
          data: grids.map((grid) => grid.tally.reached),
        },
        {
          name: t("not_reached"),
          type: "bar",
          stack: "all",
          barWidth: 14,
          itemStyle: { color: "#eef1f5", borderColor: "#7a8493", borderWidth: 1 },
          data: grids.map((grid) => grid.tally.households - grid.tally.reached),
        },
      ],
    });
  }, [grids, t]);
  const height = grids.length * BAR_PX + FRAME_PX;
  return (
    <div className="panel" role="img" aria-label={t("bars", { count: grids.length })}>
      <div ref={box} style={{ height }} />
    </div>
  );
}

function GridTable({ grids }: { grids: Grid[] }) {
  const { t, i18n } = useTranslation("coverage");
  const number = new Intl.NumberFormat(i18n.language);
  const count = (key: keyof Schema<"Tally">) => ({
    title: t(key === "households" || key === "reached" ? key : `look.${key}`),
    width: 96,
    align: "end" as const,
    className: "number",
    render: (_: unknown, row: Grid) => number.format(row.tally[key]),
  });
  const columns: TableColumnsType<Grid> = [
    { title: t("grid"), width: 220, render: (_, row) => nameOf(row) },
    count("households"),
    count("reached"),
    {
      title: t("not_reached"),
      width: 96,
      align: "end",
      className: "number",
      render: (_, row) => number.format(row.tally.households - row.tally.reached),
    },
    count("done"),
    count("refused"),
    count("moved"),
    count("revisit"),
    count("no_answer"),
    count("never"),
  ];
  return (
    <div className="grid-table">
      <DataTable
        label={t("view.grids")}
        columns={columns}
        rows={grids}
        rowKey={(row) => row.code}
        width={1084}
      />
    </div>
  );
}
