import { s3Error } from "./errors";

/** An element of an S3 document: its children in order, or its text. S3 uses neither attributes nor mixed content. */
interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** The input of {@link formatXml}: `[name, text]` or `[name, children]`. An undefined text omits the element. */
export type XmlNode = readonly [
  name: string,
  content: string | number | boolean | undefined | readonly XmlNode[],
];

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** The document with this root element, in the S3 namespace unless it is an error. */
export function formatXml(root: XmlNode): string {
  const namespace = root[0] === "Error" ? "" : ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  return `<?xml version="1.0" encoding="UTF-8"?>\n${formatNode(root, namespace)}`;
}

function formatNode([name, content]: XmlNode, attributes = ""): string {
  if (content === undefined) return "";
  const inner = Array.isArray(content)
    ? content.map((child: XmlNode) => formatNode(child)).join("")
    : escapeXml(String(content));
  return `<${name}${attributes}>${inner}</${name}>`;
}

function escapeXml(text: string): string {
  // Control characters become references, because a parser would normalise or refuse them.
  return text.replace(/[&<>"\u0000-\u001f]/g, (char) => escapes[char] ?? `&#${char.charCodeAt(0)};`);
}

const token =
  /<\?xml[^>]*\?>|<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

/**
 * Parses the small documents of S3 requests: elements and text, without comments, CDATA or document types. Attributes
 * (the namespace) are dropped.
 * @throws S3Error MalformedXML
 */
export function parseXml(document: string): XmlElement {
  const top: OpenElement = { name: "", children: [], text: "" };
  const open: OpenElement[] = [top];
  token.lastIndex = 0;
  while (token.lastIndex < document.length) {
    const match = token.exec(document);
    const parent = open.at(-1);
    if (match === null || parent === undefined) throw s3Error("MalformedXML");
    const [, closing, name, , selfClosing, text] = match;
    if (text !== undefined) {
      parent.text += unescapeXml(text);
    } else if (closing === "/") {
      if (open.length === 1 || parent.name !== name) throw s3Error("MalformedXML");
      open.pop();
    } else if (name !== undefined) {
      const element: OpenElement = { name, children: [], text: "" };
      parent.children.push(element);
      if (selfClosing !== "/") open.push(element);
    }
  }
  const [root] = top.children;
  if (open.length !== 1 || top.children.length !== 1 || root === undefined || top.text.trim() !== "") {
    throw s3Error("MalformedXML");
  }
  return root;
}

interface OpenElement {
  readonly name: string;
  readonly children: OpenElement[];
  text: string;
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(\w+));?|&/gi, (reference, ...groups) => {
    const [hex, decimal, name] = groups as (string | undefined)[];
    if (!reference.endsWith(";")) throw s3Error("MalformedXML");
    if (name !== undefined) {
      const character = entities[name];
      if (character === undefined) throw s3Error("MalformedXML");
      return character;
    }
    const codePoint = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    if (codePoint > 0x10ffff) throw s3Error("MalformedXML");
    return String.fromCodePoint(codePoint);
  });
}

/** The children of this name, in order. */
export function childrenOf(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter((child) => child.name === name);
}

/** The text of the only child of this name. @throws S3Error MalformedXML */
export function textOf(parent: XmlElement, name: string): string {
  const [child, ...others] = childrenOf(parent, name);
  if (child === undefined || others.length > 0) throw s3Error("MalformedXML");
  return child.text;
}
