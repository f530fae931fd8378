/** The drawing in a chart: uPlot with this page's axes and lines. It comes when there is something to draw. */
import uPlot from "uplot";
import type { Formats } from "../../lib/format.ts";
import { LOOKS } from "../../lib/run-names.ts";
import { yRange } from "./chart-data.ts";
import type { Metric } from "./measures.ts";

// All of it is fetched with the plot.
export { placeOn } from "./axis.ts";
export { aboveAxis, chartData } from "./chart-data.ts";
export { chartTable } from "./chart-table.ts";

const TOP5_DASH = [4, 4];
/** Where the system's colours are forced, dashes tell the curves apart: that of training is solid, and a run behind that is solid elsewhere is dotted. */
const FORCED_TEST = [7, 4];
const FORCED_SOLID = [1, 3];
const FONT = '12px "Source Sans 3 Variable", system-ui, sans-serif';

/** What a plot is made for; another plot for another of these. */
export interface ChartMaking {
  metric: Metric;
  closeup: boolean;
  /** The system's colours are forced. */
  forced: boolean;
  /** The looks of the runs behind the one in front, in the order of their data. */
  behind: readonly number[];
}

/** Where on the axis a setting was changed, in words. */
export interface Tick {
  at: number;
  text: string;
}

/** Ticks that lie beside each other have their words on lines of their own; more lines than this are not drawn. */
const TICK_LINE = 14;
const TICK_LINES = 4;

interface Colours {
  train: string;
  test: string;
  ink: string;
  line: string;
  runs: string[];
}

export class ChartPlot {
  readonly #plot: uPlot;
  readonly #box: HTMLElement;
  readonly #chart: HTMLElement;
  readonly #resize: ResizeObserver;
  readonly #release: () => void;
  #colours: Colours;
  #ticks: readonly Tick[] = [];

  /** Draws into `box`, in the colours of `chart`'s readout; `hover` is told the place under the pointer. */
  constructor(box: HTMLElement, chart: HTMLElement, making: ChartMaking, format: () => Formats, hover: (at: number | null) => void) {
    this.#box = box;
    this.#chart = chart;
    this.#colours = coloursOf(chart);
    this.#plot = new uPlot(this.#options(making, format, hover), [[], [], [], [], [], [], ...making.behind.flatMap(() => [[], []])], box);
    const changed = (): void => {
      this.#colours = coloursOf(this.#chart);
      this.#plot.redraw(false);
    };
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", changed);
    const manual = new MutationObserver(changed);
    manual.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#resize = new ResizeObserver(() => this.#fit());
    this.#resize.observe(box);
    this.#release = () => {
      system.removeEventListener("change", changed);
      manual.disconnect();
    };
  }

  get data(): uPlot.AlignedData {
    return this.#plot.data;
  }

  set data(data: uPlot.AlignedData) {
    this.#plot.setData(data);
  }

  /** Where settings were changed; drawn with the data that is set next. */
  set ticks(ticks: readonly Tick[]) {
    this.#ticks = ticks;
  }

  /** The texts at the axes anew. */
  relabel(): void {
    this.#plot.redraw(false, true);
  }

  /** Moves the cursor as the pointer does. */
  point(place: number): void {
    this.#plot.setCursor({ left: this.#plot.valToPos(this.#plot.data[0][place] ?? 0, "x"), top: 1 });
  }

  destroy(): void {
    this.#release();
    this.#resize.disconnect();
    this.#plot.destroy();
  }

  /** Under the curves: a dashed line at each change, and at its top what was changed. */
  #drawTicks(self: uPlot): void {
    const { ctx, bbox } = self;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = FONT.replace("12px", `${11 * ratio}px`);
    ctx.fillStyle = ctx.strokeStyle = this.#colours.ink;
    ctx.textBaseline = "top";
    ctx.lineWidth = ratio;
    const ends: number[] = Array.from({ length: TICK_LINES }, () => Number.NEGATIVE_INFINITY);
    for (const { at, text } of this.#ticks) {
      const x = Math.round(self.valToPos(at, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.setLineDash([3 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const { width } = ctx.measureText(text);
      const left = Math.max(bbox.left, Math.min(x + 3 * ratio, bbox.left + bbox.width - width));
      const line = ends.findIndex((end) => end < left);
      if (line < 0) continue;
      ends[line] = left + width + 6 * ratio;
      ctx.fillText(text, left, bbox.top + line * TICK_LINE * ratio);
    }
    ctx.restore();
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#box;
    if (width > 0) this.#plot.setSize({ width, height });
  }

  #options({ metric, closeup, forced, behind }: ChartMaking, format: () => Formats, hover: (at: number | null) => void): uPlot.Options {
    const axis = {
      font: FONT,
      stroke: () => this.#colours.ink,
      grid: { stroke: () => this.#colours.line, width: 1 },
      ticks: { show: false },
    };
    const line = (colour: () => string, options: Partial<uPlot.Series>): uPlot.Series => ({
      stroke: colour,
      width: 1.75,
      spanGaps: true,
      points: { show: false },
      ...options,
    });
    const [train, test] = [() => this.#colours.train, () => this.#colours.test];
    const value = (value: number | null): string => {
      if (value === null) return "";
      return metric === "loss" ? format().plain(value) : `${format().plain(Math.round(value * 1000) / 10)} %`;
    };
    return {
      width: Math.max(200, this.#box.clientWidth),
      height: Math.max(120, this.#box.clientHeight),
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: {
        x: { time: false, range: (_self, _least, most) => [0, most > 0 ? most : 100] },
        y: {
          distr: closeup && metric === "loss" ? 3 : 1,
          range: (self) =>
            yRange(
              metric,
              closeup,
              self.data.slice(2).flatMap((values) => [...values]),
            ),
        },
      },
      axes: [
        {
          ...axis,
          size: 28,
          space: 64,
          grid: { show: false },
          values: (_self, splits) => splits.map((place) => (Number.isInteger(place) ? format().whole(place) : format().plain(place))),
        },
        { ...axis, size: 52, space: 32, values: (_self, splits) => splits.map(value) },
      ],
      series: [
        {},
        line(train, { width: 1, alpha: 0.35 }),
        line(train, forced ? { width: 2.5 } : {}),
        line(test, { points: { show: true, size: forced ? 8 : 5, fill: test }, ...(forced && { width: 2.5, dash: FORCED_TEST }) }),
        line(train, { width: 1.25, dash: TOP5_DASH }),
        line(test, { width: 1.25, dash: TOP5_DASH }),
        ...behind.flatMap((look) => {
          const colour = (): string => this.#colours.runs[look] ?? this.#colours.ink;
          const own = LOOKS[look]?.dash ?? [];
          const dash = [...(forced && own.length === 0 ? FORCED_SOLID : own)];
          return [line(colour, { width: 1, alpha: 0.7, dash }), line(colour, { dash })];
        }),
      ],
      hooks: { drawAxes: [(self) => this.#drawTicks(self)], setCursor: [(self) => hover(self.cursor.idx ?? null)] },
    };
  }
}

/** Computed colours are resolved for the theme in force; the tokens themselves are not. */
function coloursOf(chart: HTMLElement): Colours {
  const of = (selector: string): string => {
    const element = chart.querySelector(selector);
    return element ? getComputedStyle(element).color : "";
  };
  const line = getComputedStyle(chart).borderTopColor;
  const probe = chart.appendChild(document.createElement("span"));
  const runs = LOOKS.map(({ colour }) => {
    probe.style.color = `var(${colour})`;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return { runs, train: of(".readout .train dt"), test: of(".readout .test dt"), ink: of(".chart-tools"), line };
}
