/** What both queues share: the row at hand, what was decided here, the way back, and the keys for all of it. */
import { Button } from "antd";
import { useCallback, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Failed, Loading } from "@/shared/states";
import { Status } from "@/shared/status";
import { useKeys } from "./keys";
import type { Paged } from "./paged";
import { neighbour, Queue } from "./queue";
import { useUndo, type Undoable } from "./undo";

const idOf = (it: { id: string }) => it.id;

/** A decision that was taken here last, and the row that left the queue by it. */
interface Last {
  done: Undoable;
  row: string;
}

export function useQueue<Row extends { id: string }>(query: Paged<Row>, help: () => void) {
  const undo = useUndo();
  const [picked, setPicked] = useState<string>();
  // What was decided here leaves the queue at once, not with the next reading of the list.
  const [gone, setGone] = useState<string[]>([]);
  const [last, setLast] = useState<Last>();
  const items = (query.data?.pages.flatMap((page) => page.items) ?? []).filter((it) => !gone.includes(it.id));
  // The one at hand stays at hand, also when somebody else decides it or others arrive above it.
  if (picked === undefined && items[0]) setPicked(items[0].id);

  const step = (by: 1 | -1) => {
    const next = neighbour(items, idOf, picked, by);
    if (next) setPicked(next.id);
  };
  const takeBack = async () => {
    if (!last || !(await undo(last.done))) return;
    setGone((before) => before.filter((id) => id !== last.row));
    setPicked(last.row);
    setLast(undefined);
  };
  useKeys((key) => {
    if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else if (key === "u") void takeBack();
    else if (key === "?") help();
    else return false;
    return true;
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return {
    query,
    items,
    chosen: picked,
    choose: setPicked,
    more,
    last: last?.done,
    takeBack,
    /** To the one below, without deciding. */
    next: () => setPicked(neighbour(items, idOf, picked, 1)?.id),
    /** A row was decided: the one below it is at hand now. */
    leave: (row: string, done: Undoable) => {
      const next = neighbour(items, idOf, row, 1);
      setGone((before) => [...before, row]);
      setLast({ done, row });
      setPicked(next && next.id !== row ? next.id : undefined);
    },
  };
}

interface DeskProps<Row extends { id: string }> {
  queue: ReturnType<typeof useQueue<Row>>;
  label: string;
  /** Said in the queue when there is nothing left. */
  empty: string;
  /** Stands above. */
  toolbar: ReactNode;
  /** Instead of everything when there was nothing from the beginning. */
  none: ReactNode;
  row: (row: Row) => ReactNode;
  detail: (id: string) => ReactNode;
}

/** The queue left, the one at hand right, and below what was decided last. */
export function Desk<Row extends { id: string }>(props: DeskProps<Row>) {
  const { queue, label, empty, toolbar, none, row, detail } = props;
  const { t } = useTranslation("merge");
  const { query, items, chosen, last } = queue;
  if (query.data === undefined) {
    return query.error ? <Failed problem={query.error} retry={query.refetch} /> : <Loading />;
  }
  return (
    <>
      <div className="toolbar">{toolbar}</div>
      {items.length === 0 && chosen === undefined ? (
        none
      ) : (
        <div className="desk">
          <Queue
            label={label}
            empty={empty}
            items={items}
            id={idOf}
            chosen={chosen}
            choose={queue.choose}
            row={row}
            more={queue.more}
          />
          <div className="desk-detail">{chosen !== undefined && detail(chosen)}</div>
        </div>
      )}
      {last && (
        <div className="desk-last" role="status">
          <Status tone="good">{t(`done.${last.kind}`, { what: last.what })}</Status>
          <Button size="small" onClick={() => void queue.takeBack()}>
            {t("undo")} <kbd>U</kbd>
          </Button>
        </div>
      )}
    </>
  );
}
