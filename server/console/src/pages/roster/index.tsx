import { NotBuilt } from "@/shared/states";

export default function Roster() {
  return <NotBuilt name="roster" />;
}
