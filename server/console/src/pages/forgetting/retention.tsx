/** How long what is kept; for those who may destroy, what is due today. */
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { useCan } from "@/api/session";
import { Loaded } from "@/shared/states";
import { useKind } from "./counts";

type Class = Schema<"RetentionBody">;

export function Retention({ onDue }: { onDue: () => void }) {
  const { t } = useTranslation("forgetting");
  const can = useCan();
  const classes = api.useQuery("get", "/v1/retention");
  return (
    <>
      <Loaded query={classes}>
        {(all) => (
          <section className="panel" aria-labelledby="kept">
            <h2 id="kept">{t("kept")}</h2>
            <dl className="forgetting-facts forgetting-classes">
              {all.map((one) => (
                <Kept key={one.en} one={one} />
              ))}
            </dl>
          </section>
        )}
      </Loaded>
      {can("erase") && (
        <section className="panel" aria-labelledby="due">
          <h2 id="due">{t("due")}</h2>
          <p className="forgetting-say">{t("due.text")}</p>
          <Button onClick={onDue}>{t("due.show")}</Button>
        </section>
      )}
    </>
  );
}

function Kept({ one }: { one: Class }) {
  const { t, i18n } = useTranslation("forgetting");
  const kind = useKind();
  // What was asked for an occasion is no record of its own: it stands in the household's.
  const isOccasion = one.kinds.length === 0;
  const kinds = isOccasion ? t("kind.occasions") : one.kinds.map(kind).join(t("value.comma"));
  return (
    <div>
      <dt>{kinds}</dt>
      <dd>
        {i18n.language === "en" ? one.en : one.zh}
        {one.kept_ms == null && <small>{t(isOccasion ? "kept.occasions" : "kept.person")}</small>}
      </dd>
    </div>
  );
}
