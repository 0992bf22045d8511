// A chart as an SVG file of its own: what is on the page, with the colours that it has there, and nothing to load.

const NAMESPACE = "http://www.w3.org/2000/svg";
/** What a file needs to know of an element's look; the page's styles do not go with it. */
const LOOKS =
  "fill fill-opacity stroke stroke-width stroke-dasharray stroke-linejoin opacity font-family font-size font-weight".split(
    " ",
  );
/** Room for the title, in pixels. */
const TITLE = 30;

/** Writes the look of an element and all below it into the copy. */
function dress(original: Element, copy: Element): void {
  const style = getComputedStyle(original);
  copy.removeAttribute("class");
  for (const name of LOOKS) {
    const value = style.getPropertyValue(name);
    const isText = name.startsWith("font");
    if (value !== "" && (!isText || original.tagName === "text")) copy.setAttribute(name, value.replaceAll('"', "'"));
  }
  [...original.children].forEach((child, index) => {
    const other = copy.children[index];
    if (other !== undefined) dress(child, other);
  });
}

function element(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, String(value));
  return made;
}

/** @param board holds the chart; @returns the file's text, or null where there is no chart */
export function chartSvg(board: HTMLElement, title: string): string | null {
  const parts = [...board.querySelectorAll<SVGSVGElement>(".chart-plots svg")];
  if (parts.length === 0) return null;
  const width = Math.max(...parts.map((part) => part.width.baseVal.value));
  let top = TITLE;
  const copies = parts.map((part) => {
    const copy = part.cloneNode(true) as SVGSVGElement;
    dress(part, copy);
    for (const passing of copy.querySelectorAll("[data-passing]")) passing.remove();
    copy.setAttribute("x", "0");
    copy.setAttribute("y", String(top));
    top += part.height.baseVal.value;
    return copy;
  });
  const page = getComputedStyle(document.body);
  const file = element("svg", { width, height: top, viewBox: `0 0 ${width} ${top}`, role: "img" });
  const name = element("title", {});
  name.textContent = title;
  const look = {
    "font-family": page.fontFamily.replaceAll('"', "'"),
    "font-size": 13,
    "font-weight": 600,
    fill: page.color,
  };
  const heading = element("text", { x: 8, y: 20, ...look });
  heading.textContent = title;
  file.append(name, element("rect", { width, height: top, fill: page.backgroundColor }), heading, ...copies);
  return `${new XMLSerializer().serializeToString(file)}\n`;
}
