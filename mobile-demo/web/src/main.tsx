import "antd-mobile/es/global";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { language } from "./i18n";
import "./style.css";
import { App } from "./app";
import { openPhone } from "@/phone/client";
import { takeInvitation } from "./shared/invitation";

// Before the router sees the address: an invitation is not a page.
takeInvitation();

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <App phone={openPhone(language())} />
  </StrictMode>,
);
