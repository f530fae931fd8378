import init, { describe, type Spec, Trainer } from "receptive";
import { bars } from "./bars";

/** A network of one's own: the language is in the package's types. */
const spec: Spec = {
  version: 1,
  name: "small",
  layers: [
    { op: "conv2d", out_channels: 8, kernel_size: 3, padding: 1 },
    { op: "relu" },
    { op: "max_pool2d", kernel_size: 2 },
    { residual: { body: [{ op: "conv2d", out_channels: 8, kernel_size: 3, padding: 1 }, { op: "relu" }] } },
    { op: "flatten" },
    { op: "linear", out_features: 10 },
  ],
};

const said = document.querySelector<HTMLElement>("#said");
await init();
const { totals } = describe(spec);
const [train, test] = [bars(600, 1), bars(100, 2)];
const trainer = await Trainer.create(spec, "auto", train.images, train.labels, test.images, test.labels);
const { loss } = await trainer.train(9);
const { top1 } = await trainer.evaluate("test");
if (said) said.textContent = `${totals.params} parameters, loss ${loss.toFixed(3)}, ${Math.round(100 * top1)} % of the test images are right.`;
