// A chart as an SVG file of its own: what is on the page, with the colours that it has there, and nothing to load.
import { type PictureHead, STROKE_LENGTH } from "./picture-head.ts";

const NAMESPACE = "http://www.w3.org/2000/svg";
/** What a file needs to know of an element's look; the page's styles do not go with it. */
const LOOKS =
  "fill fill-opacity stroke stroke-width stroke-dasharray stroke-linejoin opacity font-family font-size font-weight".split(
    " ",
  );
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

/** What stands above the plots: the title, what is drawn, and each line's stroke with its name. */
function headElements(board: HTMLElement, { texts, strokes }: PictureHead): readonly SVGElement[] {
  const page = getComputedStyle(document.body);
  const family = page.fontFamily.replaceAll('"', "'");
  const faint = getComputedStyle(board.querySelector(".dim") ?? document.body).color;
  const written = texts.map(({ x, y, text, kind }) => {
    const size = kind === "title" ? { "font-size": 13, "font-weight": 600 } : { "font-size": 12 };
    const fill = kind === "fact" ? faint : page.color;
    const made = element("text", { x, y, "font-family": family, ...size, fill });
    made.textContent = text;
    return made;
  });
  const samples = board.querySelectorAll(".chart-legend .stroke");
  const drawn = strokes.flatMap(({ x, y, line }) => {
    const sample = samples[line];
    if (sample === undefined) return [];
    const made = element("line", { x1: x, x2: x + STROKE_LENGTH, y1: y, y2: y });
    dress(sample, made);
    return [made];
  });
  return [...written, ...drawn];
}

/**
 * @param board holds the chart and its legend
 * @param headOf what stands above a picture of that width
 * @returns the file's text, or null where there is no chart
 */
export function chartSvg(board: HTMLElement, headOf: (width: number) => PictureHead): string | null {
  const parts = [...board.querySelectorAll<SVGSVGElement>(".chart-plots svg")];
  if (parts.length === 0) return null;
  const width = Math.max(...parts.map((part) => part.width.baseVal.value));
  const head = headOf(width);
  let top = head.height;
  const copies = parts.map((part) => {
    const copy = part.cloneNode(true) as SVGSVGElement;
    dress(part, copy);
    for (const passing of copy.querySelectorAll("[data-passing]")) passing.remove();
    copy.setAttribute("x", "0");
    copy.setAttribute("y", String(top));
    top += part.height.baseVal.value;
    return copy;
  });
  const { backgroundColor } = getComputedStyle(document.body);
  const file = element("svg", { width, height: top, viewBox: `0 0 ${width} ${top}`, role: "img" });
  const name = element("title", {});
  name.textContent = head.title;
  const ground = element("rect", { width, height: top, fill: backgroundColor });
  file.append(name, ground, ...headElements(board, head), ...copies);
  return `${new XMLSerializer().serializeToString(file)}\n`;
}
