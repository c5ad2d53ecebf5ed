/** Taking back what was decided: a resolution, a merge, or that two are not one. */
import { App } from "antd";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { client, refresh } from "@/api/client";
import { useReason } from "@/shared/reason";

export interface Undoable {
  kind: "resolution" | "merge" | "dismissal";
  id: string;
  /** As people call it. */
  what: string;
}

/** Asks why and takes it back; whether it was. */
export function useUndo(): (done: Undoable) => Promise<boolean> {
  const { t } = useTranslation("merge");
  const { message } = App.useApp();
  const askReason = useReason();
  return useCallback(
    async ({ kind, id, what }: Undoable) => {
      const reason = await askReason({
        title: t("undo.title", { what }),
        text: t(`undo.text.${kind}`),
        ok: t("undo"),
        suggestions: [t("undo.preset.1"), t("undo.preset.2")],
      });
      if (reason === null) return false;
      const wanted = { params: { path: { id } }, body: { reason } };
      const { error } = await (kind === "resolution"
        ? client.POST("/v1/conflicts/{id}/undo", wanted)
        : kind === "merge"
          ? client.POST("/v1/merges/{id}/undo", wanted)
          : client.POST("/v1/duplicates/dismissals/{id}/undo", wanted));
      if (error) message.error(error.text);
      await refresh(
        "/v1/conflicts",
        "/v1/conflicts/{id}",
        "/v1/duplicates",
        "/v1/duplicates/{a}/{b}",
        "/v1/duplicates/dismissals",
        "/v1/merges",
        "/v1/desk",
      );
      return error === undefined;
    },
    [askReason, message, t],
  );
}
