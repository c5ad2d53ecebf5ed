/** Which comes first: the lock, enrolling, waiting for the office, the first download, the work. */
import { useEffect, useState } from "react";
import { createHashRouter, Navigate, Outlet, RouterProvider } from "react-router";
import type { Status } from "./phone/calls";
import Enrol from "./pages/enrol";
import FirstSync from "./pages/first-sync";
import Lock from "./pages/lock";
import Waiting from "./pages/waiting";
import { ROUTES } from "./routes";
import { AutoLock } from "./shared/auto-lock";
import { Crashed } from "./shared/crash";
import { useAsk, usePhone } from "./shared/phone";
import { Failed, Loading } from "./shared/states";

/** What the office says of a phone whose fingerprint it has not compared yet (core/src/sync/refusal.rs). */
const WAITING = "sync.waiting";

/** The last run was at work and had no lock: its screens are drawn while the store is being opened. */
const AT_WORK = "linli.app.at_work";

/** For this run of the app: the worker has begun although not everything is here yet. */
const BEGUN = "linli.app.begun";

export function Door() {
  return <RouterProvider router={router} />;
}

/** The gates are inside the router, so that whoever unlocks is where they were. */
function Gates() {
  const phone = usePhone();
  const lock = useAsk("lockState", {});
  const open = lock.data?.locked === false;
  const status = useAsk("status", {}, { enabled: open });
  const [enrolling, setEnrolling] = useState(false);
  const [begun, setBegun] = useState(() => sessionStorage.getItem(BEGUN) !== null);
  const [expected] = useState(() => localStorage.getItem(AT_WORK) !== null);
  const known = status.data;
  const enrolled = known?.enrolled === true;
  const connects = open && enrolled && !enrolling;
  const atWork =
    connects && known.told?.code !== WAITING && (begun || !isFirst(known)) && lock.data?.pin === false;
  useEffect(() => {
    if (connects) void phone.call("stayConnected", {}).catch(() => undefined);
  }, [connects, phone]);
  useEffect(() => {
    if (atWork) localStorage.setItem(AT_WORK, "1");
    else if (known !== undefined || lock.data?.locked === true) localStorage.removeItem(AT_WORK);
  }, [atWork, known, lock.data]);

  if (lock.data?.locked === true) return <Lock state={lock.data} />;
  const error = lock.error ?? status.error;
  if (known === undefined && (error || !expected)) {
    return (
      <main className="door">
        {error ? <Failed problem={error} retry={() => location.reload()} /> : <Loading rows={8} />}
      </main>
    );
  }
  if (known !== undefined) {
    if (!enrolled || enrolling) {
      return <Enrol onStart={() => setEnrolling(true)} onEnd={() => setEnrolling(false)} />;
    }
    if (known.told?.code === WAITING) return <Waiting status={known} />;
    if (isFirst(known) && !begun) {
      const begin = () => {
        sessionStorage.setItem(BEGUN, "1");
        setBegun(true);
      };
      return <FirstSync status={known} onBegin={begin} />;
    }
  }
  return (
    <>
      {lock.data?.pin === true && <AutoLock />}
      <Outlet />
    </>
  );
}

/** Not everything that the office grants has ever been here. */
function isFirst({ last_sync_ms, spaces }: Status): boolean {
  return last_sync_ms === null && !(spaces.length > 0 && spaces.every(({ state }) => state === "live"));
}

const router = createHashRouter([
  {
    element: <Gates />,
    errorElement: <Crashed />,
    children: [
      ...ROUTES.map(({ path, view: View }) => ({ path, element: <View /> })),
      { path: "*", element: <Navigate to="/" replace /> },
    ],
  },
]);
