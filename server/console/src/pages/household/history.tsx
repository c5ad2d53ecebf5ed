/** Everything a field ever held, newest first: also what lost, and why. */
import { Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { Loaded } from "@/shared/states";
import { Status, type Tone } from "@/shared/status";
import { TwoClocks } from "@/shared/time";
import { useLabel, useShown } from "./fields";

const TONES: Record<string, Tone> = {
  current: "good",
  conflict: "warning",
  replaced: "neutral",
  not_kept: "neutral",
};

interface HistoryProps {
  household: string;
  field: Schema<"FieldBody">;
  close: () => void;
}

export function History({ household, field, close }: HistoryProps) {
  const { t } = useTranslation("household");
  const labelOf = useLabel();
  const show = useShown();
  const writes = api.useQuery("get", "/v1/households/{id}/history", {
    params: { path: { id: household }, query: { field: field.key } },
  });
  /** Of a set, a write is about one of its words. */
  const said = (write: Schema<"WriteBody">) => {
    const word = field.type === "set" ? write.key.slice(field.key.length + 1) : undefined;
    if (word !== undefined) return t(write.value == null ? "history.left" : "history.joined", { word });
    return write.value == null ? t("history.cleared") : show(field, write.value);
  };
  return (
    <Drawer open size={480} title={t("history.of", { field: labelOf(field) })} onClose={close}>
      <p>{t("history.text")}</p>
      <Loaded query={writes}>
        {(list) => (
          <ol className="history">
            {list.map((write) => (
              <li key={`${write.change}/${write.key}`} data-state={write.state}>
                <b>{said(write)}</b>
                <Status tone={TONES[write.state] ?? "neutral"}>{t(`state.${write.state}`)}</Status>
                <small>
                  {write.author} · <TwoClocks phone={write.at} received={write.received_at} />
                </small>
                {write.reason != null && <small>{t("history.reason", { reason: write.reason })}</small>}
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Drawer>
  );
}
