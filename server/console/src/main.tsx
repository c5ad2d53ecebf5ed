import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./i18n";
import "./style.css";
import { askSession } from "./api/session";
import { App } from "./app";
import { preload } from "./pages";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
// Neither needs the other, and neither needs the page to be drawn first.
askSession();
preload(location.hash.slice(1));
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
