import { useTranslation } from "@/shared/texts";

/** What matters at the door, before anybody knocks. */
export function Tags({ tags }: { tags: readonly string[] | undefined }) {
  const { t } = useTranslation();
  if (!tags || tags.length === 0) return null;
  return (
    <ul className="tags" aria-label={t("tags")}>
      {tags.map((tag) => (
        <li key={tag}>{tag}</li>
      ))}
    </ul>
  );
}
