// "Networks at true size": the dialog, its worker, and the package's `Network`, in the built page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, violations } from "../support/site.mjs";

let site;
before(async () => {
  site = await openSite();
});
after(() => site?.close());

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const LENET = "paper/lenet5_1998";

/** Opens the page with the dialog and one of its networks. */
async function open(network, { lang = "en", query = "view=true-size", ...options } = {}) {
  const page = await site.open(`?backend=cpu&lang=${lang}&${query}`, { reducedMotion: "reduce", ...options });
  await page.locator(".true-size select").selectOption(network);
  await ready(page);
  return page;
}
const ready = (page) => page.locator(".run-network.primary:enabled").waitFor();
const answered = (page) =>
  page.locator(".true-size .answer[aria-busy=false] .top-five, .true-size .answer[aria-busy=false] .map").waitFor({ timeout: 120_000 });
const button = (page, name) => page.locator(".true-size").getByRole("button", { name, exact: true });
const choose = (page, label, file) => page.locator(".true-size").getByLabel(label).setInputFiles(file);

/** The list of networks with something changed. */
const changed = (page, change) =>
  page.route("**/architectures.json", async (route) => {
    const response = await route.fetch();
    const networks = await response.json();
    change(networks);
    await route.fulfill({ response, json: networks });
  });

/** A safetensors file: the header's length in eight bytes, the header, the values. */
function safetensors(tensors, value = () => 0.01) {
  const header = {};
  let end = 0;
  for (const [name, shape, dtype = "F32"] of tensors) {
    const length = shape.reduce((product, size) => product * size, 1) * (dtype.endsWith("16") ? 2 : 4);
    header[name] = { dtype, shape, data_offsets: [end, end + length] };
    end += length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const values = Float32Array.from({ length: end / 4 }, (_, i) => value(i));
  return Buffer.concat([length, text, Buffer.from(values.buffer)]);
}
const weights = (buffer, name = "weights.safetensors") => ({ name, mimeType: "application/octet-stream", buffer });

/** The tensors that the table names, with the shapes it asks for. */
const missingTensors = async (page) =>
  (
    await page
      .locator(".tensors tbody tr")
      .evaluateAll((rows) => rows.map((row) => [row.children[0].textContent, row.children[1].textContent, row.children[2].textContent]))
  ).map(([name, found, expected]) => ({
    name,
    found,
    expected,
    shape: JSON.parse(expected.replace("F32 ", "")),
  }));

test("a network runs with weights from a seed: five classes, the first one marked, and a word that it is a guess", {
  timeout: 120_000,
}, async () => {
  const page = await open("torchvision/alexnet");
  assert.match(await page.textContent(".true-size .facts"), /3×224×224.*1,000 classes.*61,100,840.*714M.*246 MB/su);
  assert.deepEqual(await violations(page), []);
  await button(page, "Run").click();
  await answered(page);
  const rows = page.locator(".top-five li");
  assert.equal(await rows.count(), 5);
  assert.match(await rows.first().textContent(), /1.*class \d+.*0\.\d\d%/su);
  assert.equal(await page.locator(".top-five .best").count(), 1);
  assert.match(await page.textContent(".run-state"), /^\s*Top guess: class \d+ \(0\.\d\d%\)\.\s*$/u);
  assert.match(
    await page.textContent(".true-size .answer"),
    /random: the network has learned nothing.*took 0?[\d.]+ sec \(CPU, (relaxed )?SIMD\)/su,
  );
  assert.deepEqual(await violations(page), []);
  const first = await page.textContent(".top-five");
  // The same seed gives the same answer, from the network that is still there; another seed another one.
  await button(page, "Run").click();
  await answered(page);
  assert.equal(await page.textContent(".top-five"), first);
  await page.getByLabel("Seed", { exact: true }).last().fill("2");
  assert.equal(await page.locator(".top-five").count(), 0);
  await button(page, "Run").click();
  await answered(page);
  assert.notEqual(await page.textContent(".top-five"), first);
  assert.deepEqual(page.problems, []);
});

for (const [lang, colorScheme, options] of [
  ["en", "light", {}],
  ["ru", "dark", phone],
]) {
  test(`weights of another network are listed tensor by tensor, the right ones are loaded, ${lang}`, { timeout: 120_000 }, async () => {
    const page = await open(LENET, { lang, colorScheme, ...options });
    const [chooseWeights, run, missing] = lang === "en" ? ["Choose weights…", "Run", "missing"] : ["Выбрать веса…", "Пуск", "отсутствует"];
    await choose(
      page,
      chooseWeights,
      weights(
        safetensors([
          ["c1.weight", [6, 1, 3, 3]],
          ["c1.bias", [6], "I16"],
          ["conv9.weight", [1]],
        ]),
      ),
    );
    await button(page, run).click();
    await page.locator(".tensors").waitFor();
    const tensors = await missingTensors(page);
    const found = (name) => tensors.find((tensor) => tensor.name === name);
    assert.deepEqual([found("c1.weight").found, found("c1.weight").expected], ["F32 [6, 1, 3, 3]", "F32 [6, 1, 5, 5]"]);
    assert.equal(found("c1.bias").found, "I16 [6]");
    assert.deepEqual(await page.locator(".failure .tensor-names li").allTextContents(), [
      "c1.bias I16 [6]",
      "c1.weight F32 [6, 1, 3, 3]",
      "conv9.weight F32 [1]",
    ]);
    assert.equal(found("f6.weight").found, missing);
    assert.match(
      await page
        .getByRole("alert")
        .filter({ has: page.locator(".tensors") })
        .textContent(),
      lang === "en" ? /another network: 12 of this network’s tensors/u : /от другой сети\..* 12 тензоров/u,
    );
    assert.deepEqual(await violations(page), []);
    // One of the two comes from a wrapper.
    const start = lang === "en" ? "" : "module.";
    const right = [...tensors.map(({ name, shape }) => [`${start}${name}`, shape]), [`${start}aux.weight`, [3]]];
    await choose(page, chooseWeights, weights(safetensors(right, (i) => 0.05 * Math.sin(i))));
    await button(page, run).click();
    await answered(page);
    assert.doesNotMatch(await page.textContent(".true-size .answer"), /random|случайн/u);
    await page.locator(".true-size details summary").click();
    assert.equal(await page.textContent(".tensor-names"), `${start}aux.weight`);
    assert.equal((await page.textContent(".true-size .answer")).includes("От имён в файле отброшено module."), lang === "ru");
    const over = await page.evaluate(() =>
      [...document.querySelectorAll(".true-size, .true-size .dialog-body")]
        .filter((part) => part.scrollWidth > part.clientWidth)
        .map(({ className }) => className),
    );
    assert.deepEqual(over, []);
    // With a value that is no number there is no class, and the tensor is named.
    await choose(page, chooseWeights, weights(safetensors(right, (i) => (i === 7 ? Number.NaN : 0.05))));
    await button(page, run).click();
    await page.locator(".run-state", { hasText: "NaN" }).waitFor();
    assert.ok((await page.textContent(".true-size .answer .failure")).includes(`${right[0][0].replace(start, "")} (1)`));
    assert.equal(await page.locator(".top-five").count(), 0);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(page.problems, []);
  });
}

test("files that are not what they should be are refused in words, and nothing is lost", { timeout: 120_000 }, async () => {
  const page = await open(LENET);
  const alert = page.locator(".true-size .answer [role=alert]");
  await choose(page, "Choose weights…", weights(Buffer.from("abc")));
  await button(page, "Run").click();
  await alert.getByText("This is not a safetensors file").waitFor();
  await choose(
    page,
    "Choose weights…",
    weights(Buffer.from("PK\x03\x04\0\0\x08\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0archive/data.pkl"), "model.pth"),
  );
  await button(page, "Run").click();
  await alert.getByText("This is a PyTorch file (a zip with a pickle in it)").waitFor();
  await choose(page, "Choose a picture…", { name: "cat.png", mimeType: "image/png", buffer: Buffer.from("not a picture") });
  await alert.getByText("cat.png: this browser cannot read it as a picture.").waitFor();
  await choose(page, "Class names…", { name: "names.txt", mimeType: "text/plain", buffer: Buffer.from("one\ntwo") });
  await alert.getByText("names.txt: has 2 names, and this network tells 10 classes apart.").waitFor();
  await choose(page, "Class names…", {
    name: "digits.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify([..."abcdefghij"].map((letter) => `digit ${letter}`))),
  });
  await page.getByLabel("From a seed").check();
  await button(page, "Run").click();
  await answered(page);
  assert.match(await page.textContent(".top-five .best"), /digit [a-j] \(\d\)/u);
  const [, letter] = (await page.textContent(".top-five .best")).match(/digit ([a-j])/u);
  // One name too many: a background class at the front, which can be left out or not.
  const names = ["background", ..."abcdefghij"].map((name, i) => `${i}: '${name}'`);
  await choose(page, "Class names…", { name: "labels.py", mimeType: "", buffer: Buffer.from(`labels = {${names.join(",\n")}}`) });
  const left = page.getByLabel("leave out the first (“background”)");
  assert.ok(await left.isChecked());
  assert.match(await page.textContent(".top-five .best"), new RegExp(`${letter} \\(\\d\\)`, "u"));
  await left.uncheck();
  const before = "_abcdefghij"["abcdefghij".indexOf(letter)].replace("_", "background");
  await page.locator(".top-five .best").getByText(`${before} (`).waitFor();
  assert.deepEqual(page.problems, []);
});

test("dropped: a picture is scaled, cropped and shown, a file of weights is taken, another is refused", { timeout: 120_000 }, async () => {
  const page = await open("torchvision/alexnet");
  const drop = (name, type) =>
    page.evaluate(
      async ({ name, type }) => {
        const canvas = new OffscreenCanvas(600, 300);
        const context = canvas.getContext("2d");
        // Red, a green square in the middle, blue.
        for (const [colour, left] of [
          ["#f00", 0],
          ["#0f0", 150],
          ["#00f", 450],
        ]) {
          context.fillStyle = colour;
          context.fillRect(left, 0, 300, 300);
        }
        const content = type ? await canvas.convertToBlob({ type }) : new Blob([Uint8Array.of(1, 0, 0, 2, 0)]);
        const data = new DataTransfer();
        data.items.add(new File([content], name, { type }));
        document
          .querySelector(".true-size h2")
          .dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      { name, type },
    );
  await drop("stripes.png", "image/png");
  await page.getByText("As the network gets it: 224×224, from the middle of stripes.png (600×300).").waitFor();
  const corners = await page.locator("canvas.picture").evaluate((canvas) =>
    [
      [2, 2],
      [222, 222],
    ].map(([x, y]) => [...canvas.getContext("2d").getImageData(x, y, 1, 1).data]),
  );
  assert.deepEqual(corners, [
    [0, 255, 0, 255],
    [0, 255, 0, 255],
  ]);
  await drop("model.safetensors", "");
  await page.locator(".true-size .hint", { hasText: "model.safetensors" }).waitFor();
  assert.ok(await page.getByLabel("From a file").isChecked());
  await drop("model.pdf", "");
  await page.getByText("model.pdf: not a picture, nor weights").waitFor();
  // A network with one channel gets it grey, and inverted where that is asked for.
  await page.locator(".true-size select").selectOption("common/lenet5_modern");
  await page.getByText("As the network gets it: 32×32, from the middle of stripes.png").waitFor();
  await page.getByLabel("Invert").check();
  await page.waitForFunction(() => document.querySelector("canvas.picture").getContext("2d").getImageData(9, 9, 1, 1).data[0] === 105);
  await button(page, "Our own picture").click();
  await page.getByText("As the network gets it: 32×32, drawn by this page.").waitFor();
  assert.deepEqual(page.problems, []);
});

test("by keyboard: from the page to an answer and back", { timeout: 120_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { reducedMotion: "reduce" });
  const opener = page.getByRole("button", { name: "Full-size networks" });
  await opener.focus();
  await page.keyboard.press("Enter");
  await ready(page);
  const focused = () =>
    page.evaluate(
      () =>
        document.activeElement?.closest(".true-size") &&
        (document.activeElement.textContent.trim() ||
          document.activeElement.closest("label")?.textContent.trim() ||
          document.activeElement.value),
    );
  const tabTo = async (test) => {
    for (let i = 0; i < 20; i += 1) {
      if (test.test((await focused()) ?? "")) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${test} is not reached: ${await focused()}`);
  };
  await tabTo(/AlexNet · torchvision/u);
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowUp");
  await page.waitForFunction(() => document.querySelector(".true-size select").value === "common/lenet5_modern");
  await ready(page);
  await tabTo(/^Run$/u);
  await page.keyboard.press("Enter");
  await answered(page);
  assert.match((await focused()) ?? "", /^Run$/u);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog.true-size[open]").count(), 0);
  assert.ok(await opener.evaluate((element) => element === document.activeElement));
  assert.deepEqual(page.problems, []);
});

test("cancelled in the middle of the largest one, at once; closing gives the memory back", { timeout: 120_000 }, async (t) => {
  const page = await open("paper/unet_2015");
  const workers = async (count) => {
    const networks = () => page.workers().filter((worker) => worker.url().includes("network-worker")).length;
    for (let i = 0; i < 100 && networks() !== count; i += 1) await page.waitForTimeout(20);
    assert.equal(networks(), count);
  };
  await button(page, "Run").click();
  await page.locator(".run-state", { hasText: "Computing" }).waitFor({ timeout: 60_000 });
  await page.evaluate(() => (globalThis.longTasks.length = 0));
  await page.waitForTimeout(1000);
  await button(page, "Cancel").click();
  await page.locator(".run-state", { hasText: "Cancelled." }).waitFor({ timeout: 2000 });
  await workers(0);
  t.diagnostic(`main-thread tasks over 50 ms: ${await page.evaluate(() => globalThis.longTasks.length)}`);
  await page.locator(".true-size select").selectOption(LENET);
  await ready(page);
  await button(page, "Run").click();
  await answered(page);
  await workers(1);
  await page.keyboard.press("Escape");
  await workers(0);
  assert.deepEqual(page.problems, []);
});

test("a network that answers with a map: the class of each pixel, how likely the last one is, and a legend", {
  timeout: 120_000,
}, async () => {
  // U-Net with fewer pixels and channels: what comes out has the same form.
  const page = await site.open("?backend=cpu&lang=en", { reducedMotion: "reduce" });
  await changed(page, (networks) => {
    const net = networks.networks.find(({ name }) => name === "paper/unet_2015");
    net.spec = {
      version: 1,
      name: "Small",
      input: [1, 64, 64],
      layers: [
        { op: "conv2d", name: "a", out_channels: 8, kernel_size: 3 },
        { op: "relu", name: "r" },
        { op: "conv2d", name: "head", out_channels: 2, kernel_size: 1 },
      ],
    };
    net.output = [2, 62, 62];
  });
  await page.evaluate(() => (location.hash = "#true-size"));
  await page.locator(".true-size select").selectOption("paper/unet_2015");
  await ready(page);
  await button(page, "Run").click();
  await page.locator(".maps").waitFor();
  assert.match(await page.textContent(".maps"), /class 0.*%.*class 1.*%.*How likely class 1 is.*%.*%/su);
  const colours = await page
    .locator("canvas.map")
    .evaluateAll((canvases) =>
      canvases.map(
        (canvas) => new Set(new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size,
      ),
    );
  assert.ok(colours[0] >= 1 && colours[0] <= 2 && colours[1] > 2, colours.join());
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(page.problems, []);
});

test("a network too large is refused before it starts, by the page or by the engine, with the numbers", { timeout: 60_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en");
  await changed(page, (networks) => {
    networks.limit_bytes = 600e6;
    const net = networks.networks.find(({ name }) => name === "paper/lenet5_1998");
    net.spec = {
      version: 1,
      name: "Huge",
      input: [1, 32, 32],
      layers: [
        { op: "flatten", name: "f" },
        { op: "linear", name: "l", out_features: 1_000_000 },
      ],
    };
  });
  await page.evaluate(() => (location.hash = "#true-size"));
  await page.locator(".true-size select").selectOption("torchvision/vgg19");
  await page.getByText("This network takes 604 MB, and a page may use 600 MB at most.").waitFor();
  assert.ok(await button(page, "Run").isDisabled());
  await page.locator(".true-size select").selectOption(LENET);
  await ready(page);
  await button(page, "Run").click();
  await page.getByText(/This network takes (4|8)\.\d GB, and a page may use 2\.1 GB at most\./u).waitFor();
  assert.deepEqual(page.problems, []);
});

test("the list of networks did not load: it says so and can be asked for again", { timeout: 60_000 }, async () => {
  const page = await site.open("?backend=cpu&lang=en", { expected: [/503/u] });
  let lost = true;
  await page.route("**/architectures.json", (route) => (lost ? route.fulfill({ status: 503, body: "" }) : route.continue()));
  await page.evaluate(() => (location.hash = "#true-size"));
  await page.locator(".true-size").getByText("architectures.json: the server answered 503.").waitFor();
  assert.deepEqual(await violations(page), []);
  lost = false;
  await button(page, "Try again").click();
  await ready(page);
  assert.deepEqual(page.problems, []);
});

test("in a sandboxed frame of an opaque origin it runs too", { timeout: 120_000 }, async () => {
  const page = await site.open("", { path: "/host/" });
  const frame = page.frameLocator("iframe");
  await frame.getByRole("button", { name: "Full-size networks" }).click();
  await frame.locator(".true-size select").selectOption(LENET);
  await frame.locator(".run-network.primary:enabled").click();
  await frame.locator(".top-five").waitFor({ timeout: 60_000 });
  assert.deepEqual(page.problems, []);
});

test("a network at true size opens in the editor: its layers and its diagram, and why it is not trained here", {
  timeout: 120_000,
}, async () => {
  const page = await open("torchvision/resnet152");
  await button(page, "Open its layers and diagram").click();
  await page.locator("dialog.true-size").waitFor({ state: "hidden" });
  await page.waitForFunction(() => document.querySelectorAll(".drawing .cell").length > 500);
  assert.match(await page.textContent("#diagram-summary"), /515 layers/u);
  assert.match(await page.textContent("run-dock"), /for images of 3×224×224, and MNIST's are 1×28×28/u);
  assert.ok(await page.locator(".run").isDisabled());
  // It is no mistake of the network, and not said in red.
  assert.equal(await page.locator(".dock-problem, .row.wrong, outline-editor div:not(.open-end) > error-fixes").count(), 0);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.waitForFunction(() => document.querySelector(".run")?.disabled === false);
  assert.deepEqual(page.problems, []);
});
