/** Places as people say them: 阳光花园3号楼, 2单元. */
import { useTranslation } from "@/shared/texts";

export function usePlaceNames() {
  const { t } = useTranslation();
  return {
    building: (estate: string, building: string) =>
      building === "" ? estate : t("place.building", { estate, building }),
    unit: (unit: string) => (unit === "" ? t("place.unit.none") : t("place.unit", { unit })),
  };
}
