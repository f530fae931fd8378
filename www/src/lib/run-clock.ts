/** How many seconds of training a run had behind it at each step: the engine counts from 0 after each reload, the run does not. */

/** Finer than this is not seen on an axis. */
const MOST = 400;

/** Step and seconds. */
export type Mark = readonly [number, number];

export class RunClock {
  #marks: Mark[] = [];
  /** Seconds before the engine began to count. */
  #before = 0;
  #counted = 0;

  /** @param seconds as the engine counts them */
  add(step: number, seconds: number): void {
    if (seconds < this.#counted) this.#before += this.#counted;
    this.#counted = seconds;
    if (step > (this.#marks.at(-1)?.[0] ?? 0)) this.#marks.push([step, this.#before + seconds]);
    if (this.#marks.length > MOST) this.#thin((2 * step) / MOST);
  }

  /** Marks stay that are so many steps apart, and the last one. */
  #thin(apart: number): void {
    let kept = Number.NEGATIVE_INFINITY;
    this.#marks = this.#marks.filter(([step], at) => {
      const stays = step - kept >= apart || at === this.#marks.length - 1;
      if (stays) kept = step;
      return stays;
    });
  }

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  get total(): number | null {
    return this.#marks.at(-1)?.[1] ?? null;
  }

  save(): Mark[] {
    return this.#marks.map(([step, seconds]) => [step, Number(seconds.toPrecision(6))]);
  }

  load(marks: readonly Mark[]): void {
    this.#marks = [...marks];
    this.#before = this.total ?? 0;
    this.#counted = 0;
  }
}
