/** Asks the engine, piece by piece, what the network says without some of its parts. */
import { toReceptiveError } from "../../engine/errors.ts";
import { isActive } from "../../model/state.ts";
import type { Actions } from "../../page/feature.ts";
import type { Page } from "../../page/page.ts";
import { readLab, writeLab } from "../lab/model.ts";
import type { Busy, LesionState, Measured, Parts, Piece, Task } from "./model.ts";
import { counted, FIRST, KINDS, keyOf, known, NO_LESION, NOTHING, partsOf, readAt, sharesOf, writeAt } from "./model.ts";
import { draws } from "./random.ts";

/** One thing to measure, on so many images: the first, or all. */
interface Target {
  cut: readonly string[];
  anew: boolean;
  all: boolean;
}

export function actions(page: Page): Actions {
  /** What is measured has this number; what has another stops. */
  let job = 0;
  /** The run that waits until what is measured has ended. */
  let waiting: string | null = null;

  const lesion = (): LesionState => page.state.instruments.lesion ?? NO_LESION;
  const set = (changes: Partial<LesionState>): void => {
    const next = { ...lesion(), ...changes };
    page.set({ instruments: { ...page.state.instruments, lesion: next } });
    const lab = writeLab({ name: "lesion", at: writeAt(next) });
    if (readLab(page.state.lab).name === "lesion" && page.state.lab !== lab) page.set({ lab });
  };
  set(readAt(readLab(page.state.lab).at));

  async function ask<T extends object>(question: object): Promise<{ run: string; step: number; answer: T }> {
    const { run, step, answer } = await page.engine.request({ type: "instrument", instrument: "lesion", ask: question });
    return { run, step, answer: answer as T };
  }

  const forget = (changes: Partial<LesionState>): void => {
    job++;
    waiting = null;
    set({ found: new Map(), draws: null, busy: null, of: null, moved: false, error: null, ...changes });
  };
  // What an address leaves out waits for the parts of its network; another network has other parts.
  page.on("network_changed", () => forget({ about: null, asking: false, ...(lesion().about ? { cut: [] } : {}) }));
  page.on("run_reset", () => forget({}));

  async function askParts(): Promise<void> {
    const { about, asking } = lesion();
    if (about || asking || !page.state.network) return;
    const { id } = page.state.run;
    set({ asking: true, error: null });
    try {
      const { answer } = await ask<Parts>({});
      if (page.state.run.id !== id) return;
      const has = (kind: string): boolean => answer.parts.some((part) => part.kind === kind);
      const { kind, cut } = lesion();
      set({
        about: answer,
        asking: false,
        kind: has(kind) ? kind : (KINDS.find(has) ?? kind),
        cut: known(answer.parts, cut),
        anew: lesion().anew && answer.statistics,
      });
    } catch (thrown) {
      if (page.state.run.id === id) set({ asking: false, error: toReceptiveError(thrown, "engine_failed") });
    }
  }

  /** Training waits; its run goes on when all is measured. */
  async function pause(): Promise<void> {
    const { id, phase } = page.state.run;
    if (!isActive(phase) || phase === "waiting") return;
    waiting = id;
    await page.handle({ type: "toggle_run" });
  }

  function goOn(): void {
    const { id, phase } = page.state.run;
    if (waiting === id && phase === "paused") page.handle({ type: "go_on" });
    waiting = null;
  }

  /** What of a target is still to be counted. */
  const missing = ({ cut, anew, all }: Target): number => {
    const images = page.state.data.images.test;
    return Math.max(0, (all ? images : Math.min(FIRST, images)) - (lesion().found.get(keyOf(cut, anew))?.count.images ?? 0));
  };

  async function measure(task: Task, targets: readonly Target[]): Promise<void> {
    const own = ++job;
    set({ busy: { task, done: 0, of: 1, batches: null }, error: null, moved: false });
    try {
      await pause();
      // The numbers of other weights say nothing of these.
      const { run, step } = await ask<Parts>({});
      if (own !== job) return;
      const { of } = lesion();
      if (of?.run !== run || of.step !== step) set({ of: { run, step }, found: new Map() });
      // Where the first images are all there are, or a target is there twice, nothing is counted twice.
      const whole = new Map(targets.map((target) => [keyOf(target.cut, target.anew), target] as const));
      const total = [...whole.values()].reduce((sum, target) => sum + missing(target), 0);
      progress({ task, done: 0, of: Math.max(1, total), batches: null });
      for (const target of targets) if (!(await count(own, target))) return;
    } catch (thrown) {
      if (own === job) set({ error: toReceptiveError(thrown, "engine_failed") });
    } finally {
      if (own === job) {
        set({ busy: null });
        goOn();
      }
    }
  }

  const progress = (busy: Busy): void => set({ busy });

  /** Counts until the target is reached; false where it was stopped, or the weights are other ones. */
  async function count(own: number, target: Target): Promise<boolean> {
    const { cut, anew, all } = target;
    while (missing(target) > 0) {
      const images = page.state.data.images.test;
      const before = lesion().found.get(keyOf(cut, anew)) ?? NOTHING;
      const from = before.count.images;
      // The first answer ends where the first images do, whatever is counted afterwards.
      const to = from < FIRST ? Math.min(FIRST, images) : all ? images : from;
      const { run, step, answer } = await ask<Piece>({ parts: cut, anew, from, to });
      if (own !== job) return false;
      const { of, busy, about } = lesion();
      if (of?.run !== run || of.step !== step) {
        set({ moved: true });
        return false;
      }
      const after = counted(before.count, answer);
      const shares = sharesOf(after, (about?.targets_per_image ?? 1) > 1);
      const measured: Measured = {
        count: after,
        first: before.first ?? (after.images >= Math.min(FIRST, images) ? shares : null),
        all: after.images >= images ? shares : null,
      };
      const batches = answer.batches[0] < answer.batches[1] ? answer.batches : null;
      set({
        found: new Map(lesion().found).set(keyOf(cut, anew), measured),
        ...(busy && { busy: { ...busy, done: busy.done + after.images - from, batches } }),
      });
    }
    return true;
  }

  const INTACT = { cut: [], anew: false };
  /** First on the first images, then on all. */
  const twice = (of: readonly Omit<Target, "all">[]): Target[] => [false, true].flatMap((all) => of.map((one) => ({ ...one, all })));

  /** The answer comes before what it is compared with. */
  const measureCut = (): Promise<void> => measure("switch", twice([{ cut: lesion().cut, anew: lesion().anew }, INTACT]));

  return {
    ask_parts: askParts,
    choose_parts: ({ kind }) => set({ kind }),
    cut_part: ({ id, out }) => {
      const others = lesion().cut.filter((part) => part !== id);
      set({ cut: out ? [...others, id] : others });
      return measureCut();
    },
    mend_parts: () => set({ cut: [] }),
    measure_cut: measureCut,
    estimate_anew: ({ anew }) => set({ anew }),
    cut_each: () => {
      const { anew } = lesion();
      return measure("each", twice([INTACT, ...partsOf(lesion()).map(({ id }) => ({ cut: [id], anew }))]));
    },
    cut_random: () => {
      const { kind, anew } = lesion();
      const list = draws(partsOf(lesion()).map(({ id }) => id));
      set({ draws: { kind, anew, list } });
      return measure(
        "random",
        [INTACT, ...list.map(({ cut }) => ({ cut, anew }))].map((one) => ({ ...one, all: false })),
      );
    },
    stop_lesion: () => {
      job++;
      set({ busy: null });
      goOn();
    },
    read_lesion: ({ at }) => {
      const { cut, anew } = readAt(at);
      const { about } = lesion();
      if (at !== writeAt(lesion())) set({ cut: about ? known(about.parts, cut) : cut, anew });
    },
  };
}
