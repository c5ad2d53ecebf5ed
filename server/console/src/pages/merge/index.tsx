import { NotBuilt } from "@/shared/states";

export default function Merge() {
  return <NotBuilt name="merge" />;
}
