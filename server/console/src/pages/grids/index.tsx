import { NotBuilt } from "@/shared/states";

export default function Grids() {
  return <NotBuilt name="grids" />;
}
