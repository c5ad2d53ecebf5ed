/** What changed between two versions: their words, their grids and when they are in force. */
import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type Schema } from "@/api/client";
import { Failed, Loading } from "@/shared/states";
import { gridsOf, untilOf, type Directive } from "./words";

type Piece = Schema<"PieceBody">;

interface DifferenceProps {
  id: string;
  /** Versions to compare with, the newest first. */
  earlier: Directive[];
}

export function Difference({ id, earlier }: DifferenceProps) {
  const { t } = useTranslation("directives");
  const [since, setSince] = useState(earlier[0]?.id);
  const found = api.useQuery("get", "/v1/directives/{id}/difference", {
    params: { path: { id }, query: since === undefined ? {} : { since } },
  });
  return (
    <section aria-label={t("difference")}>
      <div className="directive-part">
        <h2>{t("difference")}</h2>
        {earlier.length > 1 && (
          <Select
            size="small"
            aria-label={t("difference.since")}
            value={since}
            onChange={setSince}
            options={earlier.map((one) => ({
              value: one.id,
              label: t("difference.version", { n: one.version }),
            }))}
          />
        )}
      </div>
      {found.error ? (
        <Failed problem={found.error} retry={found.refetch} />
      ) : found.data ? (
        <Shown difference={found.data} />
      ) : (
        <Loading rows={2} />
      )}
    </section>
  );
}

function Shown({ difference }: { difference: Schema<"VersionDifference"> }) {
  const { t } = useTranslation("directives");
  const { before, after, title, text } = difference;
  const same = (pieces: Piece[]) => pieces.every((piece) => piece.fate === "same");
  const facts = before
    ? ([
        [t("grids"), gridsOf(before, t), gridsOf(after, t)],
        // When each begins is no news: a version begins after the one before it.
        [t("until"), untilOf(before, t), untilOf(after, t)],
      ] as const)
    : [];
  return (
    <div className="difference">
      {same([...title, ...text]) ? (
        t("difference.same_words")
      ) : (
        <>
          <strong>
            <Pieces pieces={title} />
          </strong>
          <div>
            <Pieces pieces={text} />
          </div>
        </>
      )}
      {facts.map(
        ([label, old, now]) =>
          old !== now && (
            <p key={label}>
              {label} <del>{old}</del> <ins>{now}</ins>
            </p>
          ),
      )}
    </div>
  );
}

function Pieces({ pieces }: { pieces: Piece[] }) {
  return pieces.map((piece, index) => {
    // Pieces have no names; their order is all there is.
    if (piece.fate === "added") return <ins key={index}>{piece.text}</ins>;
    if (piece.fate === "removed") return <del key={index}>{piece.text}</del>;
    return <span key={index}>{piece.text}</span>;
  });
}
