/** Tells the styles how high the bar at the bottom is, so that what gets the focus is scrolled to where the bar does not cover it. */
export function measureDock(app: HTMLElement): void {
  const bar = app.querySelector<HTMLElement>(".bottom");
  if (!bar) return;
  new ResizeObserver(() => document.documentElement.style.setProperty("--dock", `${bar.offsetHeight}px`)).observe(bar);
}
