// What somebody hears who cannot see the page: Chromium's accessibility tree as lines of text, in reading order.
//
// One line is one stop of a screen reader: the kind of thing, its name in quotation marks, what is said besides (its help, its
// state). What stands inside a landmark, a list or a group is indented. Labels are not repeated: they are the names of their
// controls. A text in another language than the page carries it, as `(en)`.

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "heard");

const AREAS = new Set(["banner", "main", "contentinfo", "navigation", "search", "region", "form", "complementary", "alert", "status", "group", "radiogroup", "table", "list", "Details"]);
const CONTROLS = new Set(["button", "textbox", "searchbox", "radio", "checkbox", "combobox", "DisclosureTriangle", "Audio", "spinbutton", "Date", "DateTime", "InputTime", "progressindicator", "image", "img"]);
const NAMES = { DisclosureTriangle: "disclosure", Audio: "player", img: "image", InputTime: "time field", Date: "date field", DateTime: "date and time field", Details: "details" };
const INLINE = new Set(["strong", "emphasis", "time", "code", "mark", "superscript", "subscript", "insertion", "deletion"]);
const UNSAID = new Set(["LabelText", "Legend", "caption", "Caption", "ListMarker", "InlineTextBox", "menuListPopup", "MenuListPopup", "option", "LineBreak"]);

/** Elements that begin a line of their own. */
const LINES = new Set(["DIV", "P", "FORM", "SECTION", "UL", "OL", "DL", "LI", "HEADER", "FOOTER", "FIELDSET", "SMALL"]);

/** Names of elements and attributes that the tree does not carry, by the node they belong to. */
async function attributes(session) {
  const { root } = await session.send("DOM.getDocument", { depth: -1 });
  const found = new Map();
  const walk = (node) => {
    const own = { tag: node.nodeName };
    for (let at = 0; at < (node.attributes?.length ?? 0); at += 2) own[node.attributes[at]] = node.attributes[at + 1];
    found.set(node.backendNodeId, own);
    (node.children ?? []).forEach(walk);
  };
  walk(root);
  return found;
}

/** The page as it is heard: lines, each with its indentation. */
export async function heard(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const given = await attributes(session);
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const children = (node) => (node.childIds ?? []).map((id) => byId.get(id)).filter(Boolean);
  const role = (node) => (node.ignored ? "none" : (node.role?.value ?? "none"));
  const name = (node) => (node.name?.value ?? "").replace(/\s+/g, " ").trim();
  const state = (node) => Object.fromEntries((node.properties ?? []).map(({ name: key, value }) => [key, value.value]));
  const own = (node) => given.get(node.backendDOMNodeId) ?? {};
  const lang = (node) => (own(node).lang && own(node).lang !== page.lang ? ` (${own(node).lang})` : "");

  const besides = (node) => {
    const { checked, expanded, invalid, focused, disabled, live } = state(node);
    const said = [];
    if (node.description?.value) said.push(`— ${node.description.value.replace(/\s+/g, " ").trim()}`);
    if (checked === "true") said.push("checked");
    if (checked === "false") said.push("not checked");
    if (expanded !== undefined && role(node) !== "combobox") said.push(expanded ? "open" : "closed");
    if (invalid && invalid !== "false") said.push("invalid");
    if (disabled) said.push("disabled");
    if (focused && !["RootWebArea", "main"].includes(role(node))) said.push("focused");
    if (live && !["alert", "status"].includes(role(node))) said.push(`live ${live}`);
    if (own(node)["aria-current"]) said.push(`current ${own(node)["aria-current"]}`);
    return said.length ? ` ${said.join(", ")}` : "";
  };
  const quoted = (node) => (name(node) ? ` “${name(node)}”` : "");

  /** Text, links and emphasis of one line; nothing when there is something in it that is no line. */
  const inline = (node) => {
    const kind = role(node);
    if (kind === "StaticText") return node.name?.value ?? "";
    if (kind === "LineBreak") return " ";
    if (kind === "link") return `[link “${name(node)}”${lang(node)}${besides(node)}]`;
    if (kind === "image" || kind === "img") return `[image “${name(node)}”]`;
    if (UNSAID.has(kind)) return "";
    if (!["none", "generic", "paragraph"].includes(kind) && !INLINE.has(kind)) return undefined;
    const parts = children(node).map(inline);
    return parts.includes(undefined) ? undefined : parts.join(" ");
  };

  const lines = (node, depth) => {
    const pad = "  ".repeat(depth);
    const kind = role(node);
    if (UNSAID.has(kind)) return [];
    if (kind === "heading") return [`${pad}heading ${state(node).level}${quoted(node)}${lang(node)}${besides(node)}`];
    if (kind === "link") return [`${pad}link${quoted(node)}${lang(node)}${besides(node)}`];
    if (CONTROLS.has(kind)) return [`${pad}${NAMES[kind] ?? kind}${quoted(node)}${lang(node)}${besides(node)}`];
    if (kind === "row") {
      const cells = children(node).map((cell) => (/header/.test(role(cell)) ? `*${name(cell)}*` : name(cell)));
      return [`${pad}row: ${cells.join(" | ")}`];
    }
    if (kind === "term") return [`${pad}${text(node)}:`];
    if (kind === "definition") return block(node, depth + 1);
    if (kind === "listitem") {
      const inside = block(node, depth + 1);
      const mark = `${pad}-${besides(node)}`;
      return inside.length ? [`${mark} ${inside[0].trim()}`, ...inside.slice(1)] : [mark];
    }
    if (AREAS.has(kind)) {
      const size = kind === "list" ? ` of ${children(node).length}` : "";
      const title = kind === "Details" ? "" : quoted(node);
      return kind === "Details" ? block(node, depth) : [`${pad}${NAMES[kind] ?? kind}${size}${title}${besides(node)}`, ...block(node, depth + 1)];
    }
    if (kind === "StaticText") return [`${pad}${name(node)}`];
    return block(node, depth);
  };

  /** The lines of what is inside: runs of text become one line each. */
  const block = (node, depth) => {
    const found = [];
    let run = [];
    const flush = () => {
      const pad = "  ".repeat(depth);
      const said = run.join(" ").replace(/\s+/g, " ").replace(/ ([,.:;])(?= |$)/g, "$1").trim();
      // Links in a row, with nothing between them, are stops of their own.
      const links = said.match(/\[link .*?\](?= |$)/g) ?? [];
      if (links.length && links.join(" ") === said) found.push(...links.map((link) => `${pad}${link.slice(1, -1)}`));
      else if (said) found.push(`${pad}${said}`);
      run = [];
    };
    for (const child of children(node)) {
      const said = inline(child);
      const line = said === undefined || LINES.has(own(child).tag);
      if (line) flush();
      if (said === undefined) found.push(...lines(child, depth));
      else if (line && children(child).length && !/^(image|img)$/.test(role(child))) found.push(...block(child, depth));
      else run.push(said);
    }
    flush();
    return found;
  };

  /** Everything in it as one text. */
  const text = (node) => (inline(node) ?? children(node).map((child) => inline(child) ?? name(child)).join(" ")).replace(/\s+/g, " ").trim();

  const root = nodes.find((node) => role(node) === "RootWebArea");
  return [`page “${name(root)}”`, ...block(root, 0)];
}

/** What differs from day to day and from report to report, named instead. */
export function steady(line) {
  return line
    .replace(/\b([A-Z]) ([A-Z]) ([A-Z])( -( \d)+){2}/g, "{number, spelt}")
    .replace(/(?<![\d-])(\d ){11}\d(?!\d)/g, "{code, spelt}")
    .replace(/\b[A-Z]{3}-\d{4}-\d{4,}\b/g, "{number}")
    .replace(/\b((Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu|[MTWFS]\w+day),? )?\d{1,2} \p{L}+ \d{4}(,? (pukul|at) \d{2}[.:]\d{2} WIB)?/gu, "{day}")
    .replace(/\d{2}[.:]\d{2} WIB/g, "{time}")
    .replace(/\b\d{1,2}\/\d{1,2}\/20\d\d\b/g, "{date}")
    .replace(/\(\d+:\d\d\)/g, "({length})")
    .replace(/(sisa|lewat|setelah) \d+ (menit|jam|hari)/g, "$1 {while}")
    .replace(/\d+ (minutes?|hours?|days?) (left|over|late)/g, "{while} $2")
    .replace(/after \d+ (minutes?|hours?|days?)/g, "after {while}");
}

/**
 * Compares what is heard with `heard/<name>.<lang>.txt`. With `PENGAYOM_WRITE_HEARD` set the file is written instead, to be read
 * by somebody before it is kept.
 */
export async function expected(name, lang, lines) {
  const file = path.join(FOLDER, `${name}.${lang}.txt`);
  const text = `${lines.map(steady).join("\n")}\n`;
  if (process.env.PENGAYOM_WRITE_HEARD) await writeFile(file, text);
  return { found: text, wanted: await readFile(file, "utf8") };
}
