import { s3Error } from "../protocol/errors";
import { childrenOf, formatXml, parseXml, textOf } from "../protocol/xml";

/** An object's tags. */
type Tags = Readonly<Record<string, string>>;

/** The Tagging document of GetObjectTagging. */
export function formatTagging(tags: Tags): string {
  const tagSet = Object.entries(tags).map(
    ([key, value]) =>
      [
        "Tag",
        [
          ["Key", key],
          ["Value", value],
        ],
      ] as const,
  );
  return formatXml(["Tagging", [["TagSet", tagSet]]]);
}

/** The tags in a Tagging document. @throws S3Error MalformedXML, InvalidTag */
export function parseTagging(document: string): Tags {
  const root = parseXml(document);
  const [tagSet] = childrenOf(root, "TagSet");
  if (root.name !== "Tagging" || tagSet === undefined) throw s3Error("MalformedXML");
  return checkTags(childrenOf(tagSet, "Tag").map((tag) => [textOf(tag, "Key"), textOf(tag, "Value")]));
}

/**
 * The tags in an x-amz-tagging header, which has the form of a URL query.
 * @throws S3Error InvalidTag
 */
export function parseTaggingHeader(header: string | undefined): Tags {
  return checkTags([...new URLSearchParams(header ?? "")]);
}

/** The limits of the S3 User Guide, "Categorizing your objects using tags". */
function checkTags(pairs: readonly (readonly [key: string, value: string])[]): Tags {
  const tags = Object.fromEntries(pairs);
  if (pairs.length > 10) throw s3Error("InvalidTag", "Object tags cannot be greater than 10.");
  if (Object.keys(tags).length < pairs.length) {
    throw s3Error("InvalidTag", "Cannot provide multiple Tags with the same key.");
  }
  for (const [key, value] of pairs) {
    if (key === "" || key.length > 128 || value.length > 256) throw s3Error("InvalidTag");
  }
  return tags;
}
