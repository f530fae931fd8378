// Every screen of the page, one after another in one visit, for whatever has to see them all.
import { state, until } from "./site.mjs";

const PHONE = 640;
const COLUMN = 1024;
const PANES = ["net", "train", "look", "try"];

const widthOf = (page) => page.viewportSize().width;
const intend = (page, intent) => page.evaluate((intent) => document.querySelector("receptive-app").intend(intent), intent);
const selectConv2 = async (page) =>
  intend(page, {
    type: "select",
    selection: await state(page, ({ network }) => ({
      path: network.description.nodes.find(({ name }) => name === "conv2").path,
      node: "conv2",
    })),
  });

async function pane(page, name) {
  if (widthOf(page) <= PHONE) await page.locator(`.panes button:nth-child(${1 + PANES.indexOf(name)})`).click();
}

async function view(page, name) {
  await pane(page, name === "training" ? "train" : "look");
  // On a phone the curves are a pane of their own.
  if (name !== "training" || widthOf(page) > PHONE) await page.locator(`#views-${name}`).click();
}

/** The choice with this place in the group with that one. */
const choose = (page, group, place) => page.locator(`.look-tools [role=group]`).nth(group).locator("button").nth(place).click();

async function inspector(page, column, show) {
  if (widthOf(page) >= COLUMN) {
    await page.locator(`#columns-${column}`).click();
    return show();
  }
  await page.locator(".settings-button").click();
  await page.locator(`#sheet-columns-${column}`).click();
  await show();
  return () => page.locator("dialog.sheet .icon-button").first().click();
}

async function run(page, steps) {
  await page.locator(".run").click();
  await until(page, (state, steps) => state.run.metrics?.step > steps, 180_000, steps);
}

async function deeper(page, place) {
  await choose(page, 0, place);
  await until(page, (state) => state.look.answer?.wish.field?.node === "conv2" && state.look.answer.field !== null);
}

/** A page that has trained twice, and goes on. */
export async function prepare(page, steps = 250) {
  await run(page, steps);
  await page.keyboard.press("t");
  await until(page, (state) => state.trying.probabilities !== null);
  await intend(page, { type: "edit_settings", changes: { batch_size: 32 } });
  await intend(page, { type: "apply_settings" });
  await until(
    page,
    (state, steps) => state.runs.length === 1 && state.run.metrics?.step > steps && state.run.evaluation !== null,
    240_000,
    steps,
  );
  await page.evaluate(() => document.activeElement?.blur());
}

/** Each brings its screen into view, and may give a function that leaves it. */
const STEPS = {
  training: async (page) => {
    await view(page, "training");
    await page.locator("runs-panel table").waitFor();
  },
  settings: (page) => inspector(page, "settings", () => page.locator("training-details").last().waitFor()),
  network: async (page) => {
    await pane(page, "net");
    await page.locator("[role=treeitem]").first().waitFor();
  },
  layer: (page) =>
    inspector(page, "layer", async () => {
      await selectConv2(page);
      await page.locator(".layer-formula math").last().waitFor();
      await page.locator("layer-spread .histogram").last().waitFor();
    }),
  why: async (page) => {
    await inspector(page, "layer", () => page.locator("button.why").last().click());
    await page.locator("dialog[open] .operator-text, dialog[open] article, operator-dialog dialog[open] h2").first().waitFor();
    return async () => {
      await page.keyboard.press("Escape");
      if (widthOf(page) < COLUMN) await page.locator("dialog.sheet .icon-button").first().click();
    };
  },
  diagram: async (page) => {
    await view(page, "diagram");
    await page.locator(".drawing .cell").first().waitFor();
  },
  maps: async (page) => {
    await view(page, "maps");
    await selectConv2(page);
    await until(page, (state) => state.look.answer?.wish.nodes[0] === "conv2");
    await page.locator("map-grid canvas").waitFor();
  },
  filters: async (page) => {
    await choose(page, 1, 2);
    await page.locator(".tensor").first().waitFor();
    return () => choose(page, 1, 0);
  },
  unit: async (page) => {
    await deeper(page, 1);
    await page.locator("unit-view canvas.look-maps").waitFor();
  },
  number: async (page) => {
    await deeper(page, 2);
    await page.locator("number-view .number-result").waitFor();
    await page.locator("number-view").evaluate((view) => view.scrollIntoView({ block: "center" }));
    return async () => {
      await page.evaluate(() => scrollTo({ top: 0 }));
      await choose(page, 0, 0);
    };
  },
  mistakes: async (page) => {
    await view(page, "errors");
    await until(page, (state) => state.mistakes.predictions !== null, 120_000);
    await page.locator('[data-cell="9 9"]').click();
    await page.locator(".cell-images .digits li").first().waitFor();
  },
  lessons: async (page) => {
    await view(page, "lessons");
    await page.locator(".lesson-entry").first().waitFor();
  },
  lesson: async (page) => {
    await intend(page, { type: "lesson", deed: { does: "open", name: "lenet", at: 1 } });
    await page.locator(".lesson .formula math").waitFor();
    return () => intend(page, { type: "lesson", deed: { does: "close" } });
  },
  try: async (page) => {
    await pane(page, "try");
    await until(page, (state) => state.trying.probabilities !== null);
  },
  share: async (page) => {
    await page.locator("#share-button").click();
    await page.locator("[role=menu]").first().waitFor();
    return () => page.keyboard.press("Escape");
  },
  "share-dialog": async (page) => {
    await intend(page, { type: "open_dialog", name: "share-dialog" });
    await page.locator(".share-result textarea").waitFor();
    return () => page.keyboard.press("Escape");
  },
  help: async (page) => {
    await page.locator(".help-button").click();
    await page.locator("help-dialog dialog[open]").waitFor();
    return () => page.keyboard.press("Escape");
  },
  "true-size": async (page) => {
    await pane(page, "net");
    await page.locator(".outline-head button").click();
    await page.locator("true-size-dialog dialog[open] select").first().waitFor();
    return () => page.keyboard.press("Escape");
  },
  presets: async (page) => {
    await pane(page, "net");
    await page.locator(".preset").click();
    await page.locator("choice-popup input").waitFor();
    return () => page.keyboard.press("Escape");
  },
  another: async (page) => {
    await intend(page, { type: "open_network", ...(await state(page, ({ presets }) => presets.find(({ name }) => name === "resnet8"))) });
    await view(page, "training");
    await page.locator(".view .owner-note").waitFor();
    await pane(page, "try");
    await page.locator(".answer-owner").waitFor();
  },
  wrong: async (page) => {
    await intend(page, { type: "open_network", ...(await state(page, ({ presets }) => presets.find(({ name }) => name === "resnet8"))) });
    await page.evaluate(() => {
      const app = document.querySelector("receptive-app");
      const spec = structuredClone(app.state.document.present.spec);
      spec.layers[0].out_channels = 8;
      app.intend({ type: "edit_network", spec });
    });
    await view(page, "diagram");
    await page.locator(".drawing .callout").waitFor();
    await page.locator(".diagram-problem [data-fix]").first().waitFor();
  },
  empty: async (page) => {
    await intend(page, { type: "open_network", title: "-", spec: { version: 1, layers: [] } });
    await pane(page, "net");
    await page.locator(".outline-empty").waitFor();
  },
};

export const SCREENS = Object.keys(STEPS);

/** Goes through all screens of a prepared page; `see` gets each one's name. */
export async function tour(page, see, screens = SCREENS) {
  for (const name of screens) {
    const leave = await STEPS[name](page);
    await page.mouse.move(0, 0);
    await page.waitForTimeout(500);
    await see(name);
    if (typeof leave === "function") await leave();
  }
}
