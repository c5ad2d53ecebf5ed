import { NotBuilt } from "@/shared/states";

export default function Ledgers() {
  return <NotBuilt name="ledgers" />;
}
