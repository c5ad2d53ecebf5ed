/**
 * The first thing that runs, and little of it: the engine starts in its worker and answers what every list begins with
 * while the screens are still being read.
 */
import { openPhone } from "@/phone/client";
import { wantedLanguage } from "./language";
import { takeInvitation } from "./shared/invitation";
import { askFirst } from "./shared/first";
import "./style.css";

// Before the router sees the address: an invitation is not a page.
takeInvitation();
const phone = openPhone(wantedLanguage());
const first = askFirst(phone);
void import("./start").then(({ start }) => start(phone, first));
