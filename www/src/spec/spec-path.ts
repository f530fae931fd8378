/** Places in a specification, as the engine writes them: `layers[2].residual.body[0]`. Pure. */

/** The name of a field, or a place in a list from 0. */
export type Step = string | number;

export function parsePath(path: string): Step[] {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/gu)].map(([, index, field]) => (index === undefined ? (field ?? "") : Number(index)));
}

export function formatPath(steps: readonly Step[]): string {
  return steps.reduce<string>((path, step) => (typeof step === "number" ? `${path}[${step}]` : path === "" ? step : `${path}.${step}`), "");
}

/** What stands there; undefined where nothing does. */
export function valueAt(root: unknown, path: string): unknown {
  return parsePath(path).reduce<unknown>(
    (value, step) => (typeof value === "object" && value !== null ? (value as { [step: Step]: unknown })[step] : undefined),
    root,
  );
}

/** The same with another value there; only what holds it is made anew. Undefined takes a field away. */
export function withValue<T>(root: T, path: string, value: unknown): T {
  const put = (at: unknown, [step, ...rest]: readonly Step[]): unknown => {
    if (step === undefined) return value;
    const inner = put((at as { [step: Step]: unknown })[step], rest);
    if (Array.isArray(at)) return at.map((old: unknown, i) => (i === step ? inner : old));
    const { [step]: _, ...others } = at as { [step: Step]: unknown };
    return inner === undefined ? others : { ...(at as object), [step]: inner };
  };
  return put(root, parsePath(path)) as T;
}

/** The list that an item stands in, and its place there; null for what stands in no list. */
export function placeOf(path: string): Place | null {
  const steps = parsePath(path);
  const index = steps.pop();
  return typeof index === "number" ? { list: formatPath(steps), index } : null;
}

/** A place in a list, before what stands there. */
export interface Place {
  /** `layers`, or `layers[2].residual.body`. */
  list: string;
  index: number;
}

export const pathAt = ({ list, index }: Place): string => `${list}[${index}]`;

/** Whether something stands in what stands at `outer`, or is that itself. */
export function isWithin(path: string, outer: string): boolean {
  return path === outer || (path.startsWith(outer) && (path[outer.length] === "." || path[outer.length] === "["));
}
