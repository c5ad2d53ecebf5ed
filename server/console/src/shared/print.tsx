/** Paper: a sheet stands beside the page for as long as the browser's print dialog is open. */
import type { ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { flushSync } from "react-dom";
import "./print.css";

interface SheetProps {
  title: string;
  /** Community, moment, count, who printed it. */
  facts: string[];
  head: string[];
  lines: string[][];
}

export function Sheet({ title, facts, head, lines }: SheetProps) {
  return (
    <article>
      <h1>{title}</h1>
      <p>{facts.filter((fact) => fact !== "").join(" · ")}</p>
      <table>
        <thead>
          <tr>
            {head.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </article>
  );
}

/** Prints what is given instead of the page. */
export function printSheet(sheet: ReactNode) {
  const place = document.createElement("div");
  place.className = "print-sheet";
  document.body.append(place);
  const root = createRoot(place);
  flushSync(() => root.render(sheet));
  const done = () => {
    root.unmount();
    place.remove();
  };
  window.addEventListener("afterprint", done, { once: true });
  window.print();
}
