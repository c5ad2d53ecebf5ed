import { Link } from "react-router";

/** A household by its address; its page opens. */
export function HouseholdLink({ id, address }: { id: string; address: string }) {
  return <Link to={`/households/${id}`}>{address === "" ? id : address}</Link>;
}
