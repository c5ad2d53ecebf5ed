import { NotBuilt } from "@/shared/states";

export default function Coverage() {
  return <NotBuilt name="coverage" />;
}
