/** Lists that are read page by page. */
import { Button, type TableColumnsType } from "antd";
import { useTranslation } from "react-i18next";
import { DataTable } from "@/shared/data-table";

/** How the relay says where the next page begins. */
export const PAGED = {
  pageParamName: "cursor",
  initialPageParam: "",
  getNextPageParam: (page: { next?: string | null }) => page.next ?? undefined,
};

/** As `api.useInfiniteQuery` answers. */
export interface Paged<Row> {
  data: { pages: { items: Row[] }[] } | undefined;
  error: unknown;
  refetch: () => unknown;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

interface PagedTableProps<Row> {
  label: string;
  query: Paged<Row>;
  columns: TableColumnsType<Row>;
  empty: { title: string; text?: string };
  /** How wide the columns are together. */
  width: number;
}

export function PagedTable<Row extends { id: string }>(props: PagedTableProps<Row>) {
  const { label, query, columns, empty, width } = props;
  const { t } = useTranslation("merge");
  return (
    <DataTable
      label={label}
      columns={columns}
      rows={query.data?.pages.flatMap((page) => page.items)}
      rowKey={(row) => row.id}
      error={query.error}
      retry={query.refetch}
      empty={empty}
      width={width}
      foot={
        query.hasNextPage && (
          <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("more")}
          </Button>
        )
      }
    />
  );
}
