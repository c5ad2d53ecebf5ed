/**
 * Every screen behind the gates: the only place where one is made known. All in one file of the build: a screen that
 * has to be fetched is a screen that is not there when the network goes before the browser has stored it.
 */
import type { ComponentType } from "react";
import AddHousehold from "./pages/add-household";
import Building from "./pages/building";
import HouseholdCard from "./pages/household";
import Issues from "./pages/issues";
import Me from "./pages/me";
import Messages from "./pages/messages";
import Operator from "./pages/operator";
import Report from "./pages/report";
import ResidentPage from "./pages/resident";
import Sync from "./pages/sync";
import Today from "./pages/today";
import VisitPage from "./pages/visit";

interface Route {
  path: string;
  view: ComponentType;
}

export const ROUTES: Route[] = [
  { path: "/", view: Today },
  { path: "/building/:estate/:building", view: Building },
  { path: "/household/:id", view: HouseholdCard },
  { path: "/household/:id/visit", view: VisitPage },
  { path: "/household/:id/resident", view: ResidentPage },
  { path: "/household/:id/resident/:resident", view: ResidentPage },
  { path: "/add", view: AddHousehold },
  { path: "/issues", view: Issues },
  { path: "/issues/new", view: Report },
  { path: "/messages", view: Messages },
  { path: "/sync", view: Sync },
  { path: "/me", view: Me },
  { path: "/operator", view: Operator },
];
