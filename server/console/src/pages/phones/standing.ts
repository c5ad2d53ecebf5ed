/** What the office does to a phone, with the words for it. */
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { api, client, refresh } from "@/api/client";
import { problemOf } from "@/api/problem";
import { useReason } from "@/shared/reason";
import type { Phone } from ".";

export type Deed = "suspend" | "resume" | "revoke";

/** Reads again what changes when a phone's standing does. */
export function refreshPhones() {
  return refresh("/v1/devices", "/v1/review", "/v1/status");
}

export function useConfirmPhone() {
  const { t } = useTranslation("phones");
  const { message } = App.useApp();
  return api.useMutation("post", "/v1/devices/{id}/confirm", {
    onSuccess: async (phone) => {
      await refreshPhones();
      message.success(t("confirmed", { name: phone.name }));
    },
    onError: (error) => message.error(problemOf(error).text),
  });
}

/** Asks why, and does it. */
export function useDeed(): (phone: Phone, deed: Deed) => Promise<void> {
  const { t } = useTranslation("phones");
  const { message } = App.useApp();
  const askReason = useReason();
  return async (phone, deed) => {
    const reason = await askReason({
      title: t(`of.${deed}`, { name: phone.name }),
      text: t(`why.${deed}`),
      ok: t(`deed.${deed}`),
      danger: deed !== "resume",
      suggestions: t(`reasons.${deed}`).split("|"),
    });
    if (reason === null) return;
    const params = { path: { id: phone.id } };
    const { error } = await client.POST(`/v1/devices/{id}/${deed}`, { params, body: { reason } });
    await refreshPhones();
    if (error) message.error(problemOf(error).text);
    else message.success(t(`done.${deed}`, { name: phone.name }));
  };
}
