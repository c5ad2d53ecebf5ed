/** The screens: everything that a page needs besides the engine. */
import "antd-mobile/es/global";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./i18n";
import { App } from "./app";
import type { Phone } from "./phone/calls";
import type { First } from "./shared/first";

export function start(phone: Phone, first: readonly First[]) {
  const root = document.getElementById("root");
  if (!root) throw new Error("index.html has no #root");
  createRoot(root).render(
    <StrictMode>
      <App phone={phone} first={first} />
    </StrictMode>,
  );
}
