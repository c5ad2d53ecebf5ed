/** What a ledger says: now, on a day that was kept, or what became different between two moments. */
import { Button, Select, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { DataTable } from "@/shared/data-table";
import { absolute } from "@/shared/time";
import { tableColumns, widthOf, type Row } from "./cells";
import { DifferenceTable } from "./difference";

type Ledger = Schema<"LedgerBody">;
type Page = Schema<"LedgerRows">;

/** Several screens; the next page is one click away. */
const PAGE_ROWS = 500;

interface ResultProps {
  ledger: Ledger;
  day: string | undefined;
  compared: string | undefined;
  go: (to: { day?: string; compared?: string }) => void;
}

export function Result({ ledger, day, compared, go }: ResultProps) {
  const { t } = useTranslation("ledgers");
  const days = api.useQuery(
    "get",
    "/v1/ledgers/{id}/snapshots",
    { params: { path: { id: ledger.id } } },
    { enabled: !ledger.template },
  );
  const kept = days.data ?? [];
  const others = kept.filter((one) => one.day !== day);
  return (
    <>
      {kept.length > 0 && (
        <div className="toolbar">
          <Select
            aria-label={t("day")}
            style={{ width: 240 }}
            value={day ?? "now"}
            onChange={(to: string) =>
              go({ day: to === "now" ? undefined : to, compared: compared === to ? undefined : compared })
            }
            options={[
              { value: "now", label: t("now") },
              ...kept.map((one) => ({
                value: one.day,
                label: t("day.kept", { day: one.day, count: one.rows }),
              })),
            ]}
          />
          <Select
            allowClear
            aria-label={t("compare")}
            placeholder={t("compare")}
            style={{ width: 240 }}
            value={compared}
            onChange={(to: string | undefined) => go({ compared: to })}
            options={others.map((one) => ({ value: one.day, label: t("compare.with", { day: one.day }) }))}
          />
          {day !== undefined && (
            <span>{t("day.at", { at: absolute(kept.find((one) => one.day === day)?.at_ms ?? 0) })}</span>
          )}
        </div>
      )}
      {compared === undefined ? (
        day === undefined ? (
          <Now ledger={ledger} />
        ) : (
          <OnDay ledger={ledger} day={day} />
        )
      ) : (
        <DifferenceTable id={ledger.id} day={day} compared={compared} />
      )}
    </>
  );
}

function Now({ ledger }: { ledger: Ledger }) {
  const query = api.useInfiniteQuery(
    "get",
    "/v1/ledgers/{id}/rows",
    { params: { path: { id: ledger.id }, query: { limit: PAGE_ROWS } } },
    PAGING,
  );
  return <Pages query={query} ledger={ledger} />;
}

function OnDay({ ledger, day }: { ledger: Ledger; day: string }) {
  const query = api.useInfiniteQuery(
    "get",
    "/v1/ledgers/{id}/snapshots/{day}",
    { params: { path: { id: ledger.id, day }, query: { limit: PAGE_ROWS } } },
    PAGING,
  );
  return <Pages query={query} ledger={ledger} />;
}

const PAGING = {
  pageParamName: "cursor",
  // The beginning: without one the query library would make up its own.
  initialPageParam: "0-",
  getNextPageParam: (page: Page) => page.next,
};

interface PagesProps {
  ledger: Ledger;
  query: {
    data: { pages: Page[] } | undefined;
    error: unknown;
    refetch: () => unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => unknown;
  };
}

function Pages({ ledger, query }: PagesProps) {
  const { t, i18n } = useTranslation("ledgers");
  const can = useCan();
  const [first] = query.data?.pages ?? [];
  const rows = query.data?.pages.flatMap((page) => page.rows);
  const columns: TableColumnsType<Row> = first ? tableColumns(first.columns, t) : [];
  const width = first?.columns.reduce((sum, column) => sum + widthOf(column), 0) ?? 0;
  return (
    <DataTable
      label={i18n.language === "en" ? ledger.name_en : ledger.name_zh}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      width={Math.max(width, 600)}
      error={query.error}
      retry={query.refetch}
      empty={{
        title: t("none"),
        text: t(ledger.template ? "none.template" : can("views") ? "none.text" : "none.read"),
      }}
      foot={
        first && (
          <>
            <span>{t("shown", { shown: rows?.length ?? 0, count: first.total })}</span>
            {query.hasNextPage && (
              <Button
                size="small"
                loading={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                {t("more")}
              </Button>
            )}
          </>
        )
      }
    />
  );
}
