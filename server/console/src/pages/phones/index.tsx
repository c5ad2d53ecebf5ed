import { NotBuilt } from "@/shared/states";

export default function Phones() {
  return <NotBuilt name="phones" />;
}
