/** A fault of the app itself; loading it anew is the only remedy it has. What was saved is in the store. */
import { useRouteError } from "react-router";
import { Failed } from "./states";

export function Crashed() {
  const error = useRouteError();
  return (
    <main className="door">
      <Failed problem={error} retry={() => location.reload()} />
    </main>
  );
}
