import { NotBuilt } from "@/shared/states";

export default function Household() {
  return <NotBuilt name="household" />;
}
