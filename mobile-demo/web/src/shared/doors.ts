/** The households of the day, page after page, in the order of their doors. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { BuildingDay, Door, PhoneProblem, Today, TodayFilter } from "@/phone/calls";
import { useCampaign } from "./campaign";
import { doorsKey, doorsPage } from "./doors-page";
import { usePhone } from "./phone";

export function useDoors(filter: TodayFilter, enabled = true) {
  const phone = usePhone();
  const { counted } = useCampaign();
  const wanted = { ...filter, ...counted };
  const asked = useInfiniteQuery<Today, PhoneProblem, Door[], unknown[], number>({
    queryKey: [...doorsKey(wanted)],
    queryFn: ({ pageParam }) => phone.call("today", doorsPage(wanted, pageParam)),
    initialPageParam: 0,
    getNextPageParam: ({ next_offset }) => next_offset,
    select: ({ pages }) => pages.flatMap(({ doors }) => doors),
    placeholderData: keepPreviousData,
    enabled,
  });
  return asked;
}

export const hasWork = ({ tally }: BuildingDay) => tally.due > 0;
