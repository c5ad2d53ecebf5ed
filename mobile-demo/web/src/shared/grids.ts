/** The grids of this phone: the spaces that are neither the community's nor the worker's own. */
import type { Space, Status } from "@/phone/calls";

export function gridsOf(status: Status): Space[] {
  return status.spaces.filter(({ name }) => name !== status.community && name !== status.worker_name);
}
