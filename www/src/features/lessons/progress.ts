/** How far a person is: kept as JSON, which may come from an earlier version of the page or be damaged. Pure. */

export interface StepProgress {
  /** Its network and view have been opened. */
  entered?: boolean;
  /** Its checks have all been passed at once, and its question is answered; or it has neither and was read. */
  done?: boolean;
  /** Tries at its question. */
  tries?: number;
  right?: boolean;
  /** The last answer. */
  answer?: number;
  /** Hints that were taken before it was done. */
  hints?: number;
  /** Views that were open during it. */
  seen?: string[];
}

export interface LessonProgress {
  /** The step on show, by its id: a lesson may get others before it. */
  at: string | null;
  steps: { [id: string]: StepProgress };
}

export interface Progress {
  version: 1;
  lessons: { [name: string]: LessonProgress };
}

export const NO_PROGRESS: Progress = { version: 1, lessons: {} };
const NEW_LESSON: LessonProgress = { at: null, steps: {} };

export const lessonProgress = (progress: Progress, name: string): LessonProgress => progress.lessons[name] ?? NEW_LESSON;
export const stepProgress = (progress: Progress, name: string, id: string): StepProgress => lessonProgress(progress, name).steps[id] ?? {};

export function withStep(progress: Progress, name: string, id: string, changes: StepProgress): Progress {
  const lesson = lessonProgress(progress, name);
  const steps = { ...lesson.steps, [id]: { ...lesson.steps[id], ...changes } };
  return { ...progress, lessons: { ...progress.lessons, [name]: { ...lesson, steps } } };
}

export function withPlace(progress: Progress, name: string, at: string): Progress {
  return { ...progress, lessons: { ...progress.lessons, [name]: { ...lessonProgress(progress, name), at } } };
}

/** How many of these steps are done. */
export const doneOf = (progress: Progress, name: string, ids: readonly string[]): number =>
  ids.filter((id) => stepProgress(progress, name, id).done).length;

type Loose = { [key: string]: unknown };
const isObject = (value: unknown): value is Loose => typeof value === "object" && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function readStep(value: unknown): StepProgress {
  if (!isObject(value)) return {};
  const { entered, done, tries, right, answer, hints, seen } = value;
  return {
    ...(entered === true && { entered }),
    ...(done === true && { done }),
    ...(isCount(tries) && { tries }),
    ...(right === true && { right }),
    ...(isCount(answer) && { answer }),
    ...(isCount(hints) && { hints }),
    ...(Array.isArray(seen) && { seen: seen.filter((view) => typeof view === "string") }),
  };
}

/** What was kept, as far as it can be read: damaged parts are as if they had never been. */
export function readProgress(text: string | null): Progress {
  let json: unknown;
  try {
    json = JSON.parse(text ?? "null");
  } catch {
    return NO_PROGRESS;
  }
  if (!isObject(json) || json.version !== 1 || !isObject(json.lessons)) return NO_PROGRESS;
  const lessons = Object.entries(json.lessons).flatMap(([name, lesson]): [string, LessonProgress][] => {
    if (!isObject(lesson) || !isObject(lesson.steps)) return [];
    const steps = Object.fromEntries(Object.entries(lesson.steps).map(([id, step]) => [id, readStep(step)]));
    return [[name, { at: typeof lesson.at === "string" ? lesson.at : null, steps }]];
  });
  return { version: 1, lessons: Object.fromEntries(lessons) };
}

/** Progress of two tabs: a step that is done in one of them is done. */
export function merged(one: Progress, other: Progress): Progress {
  const names = [...new Set([...Object.keys(one.lessons), ...Object.keys(other.lessons)])];
  return {
    version: 1,
    lessons: Object.fromEntries(
      names.map((name) => {
        const [left, right] = [lessonProgress(one, name), lessonProgress(other, name)];
        const ids = [...new Set([...Object.keys(left.steps), ...Object.keys(right.steps)])];
        const steps = ids.map((id): [string, StepProgress] => {
          const [mine, theirs] = [left.steps[id] ?? {}, right.steps[id] ?? {}];
          return [id, theirs.done && !mine.done ? theirs : { ...theirs, ...mine }];
        });
        return [name, { at: left.at ?? right.at, steps: Object.fromEntries(steps) }];
      }),
    ),
  };
}
