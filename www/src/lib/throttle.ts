/** At most ten reports of bytes a second, and the last one. */
export function throttle(report: (loaded: number, total: number) => void): (loaded: number, total: number) => void {
  let reported = 0;
  return (loaded, total) => {
    const now = performance.now();
    if (now - reported < 100 && loaded < total) return;
    reported = now;
    report(loaded, total);
  };
}
