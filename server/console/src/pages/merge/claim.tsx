/** Says to colleagues what one is working on, and to oneself when somebody else is. */
import { LockOutlined } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { client, type Schema } from "@/api/client";
import { absolute } from "@/shared/time";

type Claim = Schema<"ClaimBody">;

/** Whoever only walks past claims nothing. */
const DWELL_MS = 400;
/** Well within the ten minutes that a claim lasts. */
const RENEW_MS = 4 * 60_000;

/** What is claimed: a conflict, or a pair of households. */
export type Subject = { conflict: string } | { a: string; b: string };

async function send(subject: Subject, take_over: boolean) {
  const body = { take_over };
  if ("conflict" in subject) {
    return client.POST("/v1/conflicts/{id}/claim", { params: { path: { id: subject.conflict } }, body });
  }
  return client.POST("/v1/duplicates/{a}/{b}/claim", {
    params: { path: { a: subject.a, b: subject.b } },
    body,
  });
}

function letGo(subject: Subject) {
  if ("conflict" in subject) {
    void client.DELETE("/v1/conflicts/{id}/claim", { params: { path: { id: subject.conflict } } });
  } else {
    void client.DELETE("/v1/duplicates/{a}/{b}/claim", { params: { path: { a: subject.a, b: subject.b } } });
  }
}

/** Claims while it is open, renews, and lets go. `other` is the claim as the list shows it, whoever has it. */
export function useClaim(subject: Subject, wanted: boolean, other: Claim | null | undefined) {
  const key = JSON.stringify(subject);
  const [refused, setRefused] = useState<string>();
  // Until when one's own claim lasts.
  const [until, setUntil] = useState<string>();
  const ask = useCallback(
    async (takeOver: boolean) => {
      const { data, error } = await send(JSON.parse(key) as Subject, takeOver);
      setUntil(data?.until);
      setRefused(error?.code === "desk.claimed" ? error.text : undefined);
    },
    [key],
  );
  useEffect(() => {
    if (!wanted) return undefined;
    const first = setTimeout(() => void ask(false), DWELL_MS);
    const renew = setInterval(() => void ask(false), RENEW_MS);
    return () => {
      clearTimeout(first);
      clearInterval(renew);
    };
  }, [wanted, ask]);
  const claiming = until !== undefined;
  useEffect(() => {
    if (!claiming) return undefined;
    return () => letGo(JSON.parse(key) as Subject);
  }, [claiming, key]);
  // A claim that ends later than one's own was made after it: somebody has taken over.
  const claimed = other && !other.mine && (until === undefined || other.until > until) ? other : undefined;
  return {
    refused,
    claimed,
    takeOver: () => ask(true),
    blocked: claimed !== undefined || (until === undefined && refused !== undefined),
  };
}

/** Somebody else is working on it; one may take over knowingly. */
export function ClaimNotice({ claim }: { claim: ReturnType<typeof useClaim> }) {
  const { t } = useTranslation("merge");
  if (!claim.blocked) return null;
  const { claimed, refused } = claim;
  return (
    <Alert
      type="warning"
      showIcon
      icon={<LockOutlined />}
      role="status"
      title={
        claimed
          ? t("claimed", {
              name: claimed.name ?? t("claimed.program"),
              until: absolute(claimed.until).slice(11),
            })
          : refused
      }
      action={<Button onClick={() => void claim.takeOver()}>{t("claim.take_over")}</Button>}
    />
  );
}
