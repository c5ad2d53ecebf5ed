/** What a search finds among everything on this phone, as it is typed. */
import { SearchOutline } from "antd-mobile-icons";
import { useTranslation } from "@/shared/texts";
import { useDeferredValue } from "react";
import { Link } from "react-router";
import type { HouseholdItem, Status } from "@/phone/calls";
import { HouseholdRow } from "@/shared/household-row";
import { useAsk } from "@/shared/phone";
import { Empty, Loaded } from "@/shared/states";

/** More than anybody reads; one more letter finds better. */
const SHOWN_MAX = 20;

/** A phone shows about so many at once. */
const SHOWN_FIRST = 6;

export function Found({ search, status }: { search: string; status: Status | undefined }) {
  const { t } = useTranslation("today");
  const found = useAsk("households", { search, limit: SHOWN_MAX }, { keep: true });
  const complete = status?.spaces.every(({ state }) => state === "live") ?? false;
  return (
    <Loaded query={found}>
      {(households) =>
        households.length === 0 ? (
          <Empty
            icon={<SearchOutline />}
            title={t("found.none", { search })}
            text={t(complete ? "found.none.text" : "found.none.not_synced")}
            action={
              <Link to="/add" className="link">
                {t("add")}
              </Link>
            }
          />
        ) : (
          <>
            <p className="list-head" role="status">
              {households.length < SHOWN_MAX
                ? t("found", { count: households.length })
                : t("found.many", { count: SHOWN_MAX })}
            </p>
            <Rows key={search} households={households} />
          </>
        )
      }
    </Loaded>
  );
}

/** What fits on a phone first, what is below it a moment later. */
function Rows({ households }: { households: readonly HouseholdItem[] }) {
  const shown = useDeferredValue(SHOWN_MAX, SHOWN_FIRST);
  return (
    <ul className="list">
      {households.slice(0, shown).map((household) => (
        <li key={household.id}>
          <HouseholdRow household={household} />
        </li>
      ))}
    </ul>
  );
}
