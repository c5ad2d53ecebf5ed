/** What somebody agrees to, asked one purpose at a time and taken back as easily. */
import { Button } from "antd-mobile";
import { useState } from "react";
import { useTranslation } from "@/shared/texts";
import type { ConsentStanding } from "@/phone/calls";
import { Choice } from "@/shared/fields";
import { newId } from "@/shared/ids";
import { useAsk, useDo } from "@/shared/phone";
import { Loaded, Refused } from "@/shared/states";
import { Status, type Tone } from "@/shared/status";
import { Time } from "@/shared/time";

const TONES: Record<ConsentStanding, Tone> = {
  given: "good",
  withdrawn: "neutral",
  disputed: "warning",
  not_asked: "neutral",
};

const MANNERS = ["spoken", "signed"] as const;

export function Consents({ household, resident }: { household: string; resident: string }) {
  const { t } = useTranslation("resident");
  const consents = useAsk("consents", { household, resident });
  const say = useDo("consent");
  const [how, setHow] = useState<(typeof MANNERS)[number]>("spoken");
  return (
    <Loaded query={consents}>
      {(all) => (
        <>
          <Choice
            label={t("consents.how")}
            options={MANNERS.map((value) => ({ value, label: t(`consents.${value}`) }))}
            value={[how]}
            onChange={setHow}
          />
          {all.map(({ purpose, standing, said }) => (
            <section key={purpose} className="field">
              <span className="field-label">{t(`consents.${purpose}`)}</span>
              <Status tone={TONES[standing]}>{t(`consents.${standing}`)}</Status>
              {said.slice(-1).map(({ id, at, author }) => (
                <p key={id} className="hint">
                  {author} <Time at={at} />
                </p>
              ))}
              <div className="note-buttons">
                {[true, false].map((given) => (
                  <Button
                    key={String(given)}
                    fill="outline"
                    loading={say.isPending}
                    onClick={() =>
                      say.mutate({
                        household,
                        resident,
                        consent: { id: newId("consent"), purpose, given, how },
                      })
                    }
                  >
                    {t(given ? "consents.agrees" : "consents.refuses")}
                  </Button>
                ))}
              </div>
            </section>
          ))}
          <Refused problem={say.error} />
        </>
      )}
    </Loaded>
  );
}
