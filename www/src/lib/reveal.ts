/**
 * Scrolls as little as is needed to see an element, in all that scrolls around it on this page. `scrollIntoView` would go on beyond the
 * page: in a frame, it scrolls the page that the frame stands in.
 */
export function reveal(element: Element | null | undefined): void {
  if (!element || element.getClientRects().length === 0) return;
  const root = document.scrollingElement;
  // What is fixed does not move with what is around it.
  const isFixed = (one: Element): boolean => getComputedStyle(one).position === "fixed";
  for (let box = element.parentElement, inner = element; box && !isFixed(inner); inner = box, box = box.parentElement) {
    const whole = box === root;
    if (!whole && !scrolls(box)) continue;
    const at = element.getBoundingClientRect();
    const seen = whole ? { top: 0, bottom: innerHeight, left: 0, right: innerWidth } : inside(box);
    box.scrollBy(shift(at.left, at.right, seen.left, seen.right), shift(at.top, at.bottom, seen.top, seen.bottom));
  }
}

function scrolls(box: Element): boolean {
  const { overflowX, overflowY } = getComputedStyle(box);
  return /auto|scroll/u.test(`${overflowX} ${overflowY}`) && (box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth);
}

/** Where the content of a box is seen: without border and scroll bars. */
function inside(box: Element): { top: number; bottom: number; left: number; right: number } {
  const at = box.getBoundingClientRect();
  const [top, left] = [at.top + box.clientTop, at.left + box.clientLeft];
  return { top, bottom: top + box.clientHeight, left, right: left + box.clientWidth };
}

/** How far to scroll so that [from, to] comes into [first, last]; what is longer than that is seen from its beginning. */
export function shift(from: number, to: number, first: number, last: number): number {
  if (from < first) return to > last ? 0 : Math.max(from - first, to - last);
  return to > last ? Math.min(to - last, from - first) : 0;
}
