/** Small things about people and how to reach them. */
import dayjs from "dayjs";

/** Whole years, as far as the month says. */
export function ageOf(birth: string | undefined): number | null {
  if (birth === undefined) return null;
  const born = dayjs(birth.length === 7 ? `${birth}-01` : birth);
  return born.isValid() ? dayjs().diff(born, "year") : null;
}

/** What the phone dials: nobody's number has blanks or words in it. */
export function telOf(phone: string): string {
  return `tel:${phone.replace(/[^\d+*#]/g, "")}`;
}
