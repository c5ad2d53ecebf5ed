/** How far a directive has come: which workers have read it, which households were told. */
import { Button } from "antd";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { HouseholdLink } from "@/shared/household-link";
import { Progress } from "@/shared/progress";
import { Failed, Loading } from "@/shared/states";
import { Status } from "@/shared/status";
import { TwoClocks } from "@/shared/time";

type Receipts = Schema<"Receipts">;
type Grid = Receipts["grids"][number];

const CHANNELS = ["visit", "call", "paper", "message"] as const;

export function Reach({ id }: { id: string }) {
  const found = api.useQuery("get", "/v1/directives/{id}/receipts", { params: { path: { id } } });
  if (found.error) return <Failed problem={found.error} retry={found.refetch} />;
  if (!found.data) return <Loading rows={4} />;
  return (
    <>
      <Workers receipts={found.data} />
      <Households id={id} grids={found.data.grids} />
    </>
  );
}

/** By name and in no other order: who was quick is nobody's business. */
function Workers({ receipts }: { receipts: Receipts }) {
  const { t } = useTranslation("directives");
  const { workers, grids } = receipts;
  const nameOf = (code: string) => grids.find((grid) => grid.grid === code)?.name ?? code;
  const read = workers.filter((worker) => worker.read_at != null).length;
  return (
    <section aria-label={t("receipts")}>
      <div className="directive-part">
        <h2>{t("receipts")}</h2>
        <span className="number">{t("receipts.n", { n: read, of: workers.length })}</span>
      </div>
      {workers.length === 0 ? (
        <p>{t("receipts.nobody")}</p>
      ) : (
        <table className="directive-rows">
          <thead>
            <tr>
              <th>{t("worker")}</th>
              <th>{t("grid")}</th>
              <th>{t("receipt")}</th>
            </tr>
          </thead>
          <tbody>
            {workers.map((worker) => (
              <tr key={worker.worker}>
                <td>{worker.name}</td>
                <td>{worker.grids.map(nameOf).join(t("value.comma")) || "—"}</td>
                <td>
                  {worker.read_at != null ? (
                    <>
                      <Status tone="good">{t("receipt.read")}</Status>{" "}
                      <TwoClocks phone={worker.read_at} received={worker.received_at} />
                    </>
                  ) : (
                    <Status tone="neutral">
                      {worker.has_phone ? t("receipt.none") : t("receipt.no_phone")}
                    </Status>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Households({ id, grids }: { id: string; grids: Grid[] }) {
  const { t } = useTranslation("directives");
  const [open, setOpen] = useState<string>();
  const sum = (of: (grid: Grid) => number) => grids.reduce((all, grid) => all + of(grid), 0);
  return (
    <section aria-label={t("reached")}>
      <div className="directive-part">
        <h2>{t("reached")}</h2>
      </div>
      <Progress
        label={t("reached.yes")}
        done={sum((grid) => grid.reached)}
        total={sum((grid) => grid.households)}
      />
      <table className="directive-rows">
        <thead>
          <tr>
            <th>{t("grid")}</th>
            <th className="right">{t("households")}</th>
            <th className="right">{t("reached.yes")}</th>
            <th className="right">{t("reached.no")}</th>
            <th>{t("channels")}</th>
          </tr>
        </thead>
        <tbody>
          {grids.map((grid) => {
            const untold = grid.households - grid.reached;
            const isOpen = open === grid.grid && untold > 0;
            return (
              <Fragment key={grid.grid}>
                <tr>
                  <td>{grid.name}</td>
                  <td className="right number">{grid.households}</td>
                  <td className="right number">{grid.reached}</td>
                  <td className="right number">
                    {untold === 0 ? (
                      0
                    ) : (
                      <Button
                        type="link"
                        aria-expanded={isOpen}
                        aria-label={t("untold.of", { grid: grid.name, n: untold })}
                        onClick={() => setOpen(isOpen ? undefined : grid.grid)}
                      >
                        {untold}
                      </Button>
                    )}
                  </td>
                  <td>
                    {CHANNELS.filter((channel) => grid[channel] > 0)
                      .map((channel) => `${t(`channel.${channel}`)} ${String(grid[channel])}`)
                      .join(t("value.comma")) || "—"}
                  </td>
                </tr>
                {isOpen && (
                  <tr>
                    <td colSpan={5}>
                      <Untold id={id} grid={grid.grid} />
                    </td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Untold({ id, grid }: { id: string; grid: string }) {
  const { t } = useTranslation("directives");
  const found = api.useQuery("get", "/v1/directives/{id}/untold", {
    params: { path: { id }, query: { grid } },
  });
  if (found.error) return <Failed problem={found.error} retry={found.refetch} />;
  if (!found.data) return <Loading rows={2} />;
  return (
    <ul className="untold" aria-label={t("untold")} tabIndex={0}>
      {found.data.map((home) => (
        <li key={home.id}>
          <HouseholdLink id={home.id} address={home.address} />
        </li>
      ))}
    </ul>
  );
}
