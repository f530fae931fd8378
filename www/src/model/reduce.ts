/** What an event of the worker changes in the state of the page. Pure, but for the curves: those grow in place, and their version tells. */
import type { ReceptiveError } from "../engine/errors.ts";
import type { EventOf, TrainerEvent } from "../engine/protocol.ts";
import { isGuessing } from "../lib/series.ts";
import { blameOf } from "./on-show.ts";
import { newLabel } from "./runs.ts";
import type { AppState, Notice, RunState } from "./state.ts";
import { classesOf, saysPixels, withNotice, withoutNotices } from "./state.ts";

export function reduce(state: AppState, event: TrainerEvent): AppState {
  // The last words of a run that has been replaced.
  if ("run" in event && event.run !== null && event.run !== state.run.id) return state;
  switch (event.type) {
    case "engine_loading":
      return { ...state, engine: { phase: "loading", loaded: event.loaded, total: event.total } };
    case "engine_ready":
      return { ...state, engine: { ...state.engine, phase: "ready" } };
    case "data_loading":
      return { ...state, data: { ...state.data, phase: "loading", loaded: event.loaded, bytes: event.total } };
    case "data":
      return onData(state, event);
    case "data_failed":
      return {
        ...state,
        data: { ...state.data, phase: "failed" },
        notices: withNotice(state.notices, { code: "data_failed", error: event.error }),
      };
    case "metrics":
      return onMetrics(state, event);
    case "evaluation":
      return onEvaluation(state, event);
    case "epoch":
      return onEpoch(state, event);
    case "done":
      return { ...state, run: { ...state.run, phase: "done" }, announcement: { code: "done" } };
    case "failed":
      return onFailed(state, event.error);
    case "backend":
      return onBackend(state, event);
    case "preparing":
      return { ...state, backend: { ...state.backend, preparing: event } };
    default:
      event satisfies never;
      return state;
  }
}

function withRun(state: AppState, changes: Partial<RunState>): AppState {
  const run = { ...state.run, ...changes };
  return { ...state, run: { ...run, historyVersion: run.history.version } };
}

function onData(state: AppState, { split, images, total }: EventOf<"data">): AppState {
  const { data } = state;
  return { ...state, data: { ...data, images: { ...data.images, [split]: images }, totals: { ...data.totals, [split]: total } } };
}

export function onMetrics(state: AppState, { metrics }: Pick<EventOf<"metrics">, "metrics">): AppState {
  const { history, phase } = state.run;
  history.addTrain({ step: metrics.step, loss: metrics.loss, top1: metrics.top1, top5: metrics.top5 });
  history.clock.add(metrics.step, metrics.seconds);
  // A network that finds the background of its pictures is below the loss of guessing and no better.
  const guessing = (!saysPixels(state) && isGuessing(history.train.points, classesOf(state))) || blameOf(state) !== null;
  const notices = guessing ? state.notices : withoutNotices(state.notices, "guessing");
  const known = notices.some(({ code }) => code === "guessing");
  return withRun(
    { ...state, notices: guessing && !known ? withNotice(notices, { code: "guessing" }) : notices },
    {
      metrics,
      // How long it trains is told to each start, and not compiled in.
      settings: state.settings && { ...state.settings.applied, epochs: metrics.epochs },
      label: state.run.label ?? newLabel(state),
      phase: phase === "starting" ? "running" : phase,
    },
  );
}

function onEvaluation(state: AppState, { evaluation }: EventOf<"evaluation">): AppState {
  const { step, loss, top1, top5, mean_iou } = evaluation;
  if (evaluation.split === "test") state.run.history.addTest({ step, loss, top1, top5, mean_iou });
  return withRun(state, { evaluation });
}

function onEpoch(state: AppState, { type: _type, run: _run, ...summary }: EventOf<"epoch">): AppState {
  const { history, epochs, metrics } = state.run;
  const step = Math.max(metrics?.step ?? 0, history.test.last?.step ?? 0);
  history.addEpochEnd(step);
  if (summary.test_loss !== null && summary.test_top1 !== null)
    history.addTest({ step, loss: summary.test_loss, top1: summary.test_top1, top5: summary.test_top5, mean_iou: summary.test_mean_iou });
  const announcement = { code: "epoch", summary } as const;
  return withRun({ ...state, announcement }, { epochs: [...epochs, summary] });
}

function onFailed(state: AppState, error: ReceptiveError): AppState {
  const learningRate = state.settings?.applied.learning_rate ?? 0;
  const notice: Notice =
    error.kind === "non_finite" || error.kind === "non_finite_weights"
      ? { code: "diverged", error, learningRate }
      : error.kind === "panic" || error.kind === "engine_failed"
        ? { code: "crashed", error }
        : { code: "refused", error };
  const stopped = notice.code === "crashed";
  const next = {
    ...state,
    // That the network only guessed before its weights broke is the same story.
    notices: withNotice(notice.code === "diverged" ? withoutNotices(state.notices, "guessing") : state.notices, notice),
    engine: stopped ? { ...state.engine, phase: "stopped" as const } : state.engine,
  };
  return withRun(next, { phase: "failed" });
}

function onBackend(state: AppState, { backend }: EventOf<"backend">): AppState {
  const { reason } = backend;
  const lost = reason?.kind === "device_lost";
  const step = state.run.metrics?.step ?? 0;
  return {
    ...state,
    backend: { ...state.backend, status: backend },
    notices: lost ? withNotice(state.notices, { code: "device_lost", error: reason, step, backend: backend.backend }) : state.notices,
  };
}
