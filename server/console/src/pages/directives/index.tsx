import { NotBuilt } from "@/shared/states";

export default function Directives() {
  return <NotBuilt name="directives" />;
}
