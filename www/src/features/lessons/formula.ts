/** A formula as MathML in the page. What it consists of is made anew, name by name from a list: nothing of the text is read as HTML. */

const MATHML = "http://www.w3.org/1998/Math/MathML";
const ELEMENTS = new Set(
  (
    "math mrow mi mo mn mtext mspace mfrac msup msub msubsup msqrt mroot mover munder munderover mtable mtr mtd mpadded mstyle mphantom " +
    "menclose mmultiscripts mprescripts none"
  ).split(" "),
);
const ATTRIBUTES = new Set(
  (
    "display mathvariant stretchy width height depth lspace rspace voffset fence separator form accent accentunder columnalign rowspacing " +
    "columnspacing scriptlevel displaystyle movablelimits symmetric minsize maxsize linethickness largeop notation"
  ).split(" "),
);
/** Classes of styles/operators.css. */
const CLASS = /^(?:tml-[a-z-]+|math-depth-0|\s)+$/u;

function made(source: Node, document: Document): Node | null {
  if (source.nodeType === Node.TEXT_NODE) return document.createTextNode(source.nodeValue ?? "");
  if (!(source instanceof Element) || !ELEMENTS.has(source.localName)) return null;
  const element = document.createElementNS(MATHML, source.localName);
  for (const { name, value } of source.attributes)
    if (ATTRIBUTES.has(name) || (name === "class" && CLASS.test(value))) element.setAttribute(name, value);
  for (const child of source.childNodes) {
    const node = made(child, document);
    if (node) element.append(node);
  }
  return element;
}

/** @returns null where it is no MathML. */
export function formula(mathml: string): Node | null {
  const parsed = new DOMParser().parseFromString(mathml, "application/xml").documentElement;
  return parsed.localName === "math" ? made(parsed, document) : null;
}
