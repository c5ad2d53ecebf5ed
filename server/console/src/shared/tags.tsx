import { Flex, Tag } from "antd";

/** Tags of a household or resident. */
export function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <Flex gap={4} wrap>
      {tags.map((tag) => (
        <Tag key={tag}>{tag}</Tag>
      ))}
    </Flex>
  );
}
