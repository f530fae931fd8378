/** The lines that write trained weights name models that torchvision has. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { weightsScript } from "./trained-weights.ts";

/** As torchvision.models calls them, each with weights that it publishes. */
const PUBLISHED = "alexnet googlenet inception_v3 resnet101 resnet152 resnet18 resnet34 resnet50 vgg16 vgg16_bn vgg19 vgg19_bn".split(" ");

test("every network of torchvision has its lines, and no other has", () => {
  const { networks } = JSON.parse(readFileSync(join(process.env.RECEPTIVE_ROOT ?? "", "www/architectures.json"), "utf8")) as {
    networks: { name: string }[];
  };
  const scripts = networks.flatMap(({ name }) => weightsScript(name) ?? []);
  assert.deepEqual(scripts.map((script) => /models\.(\w+)\(weights="DEFAULT"\)/u.exec(script)?.[1]).sort(), PUBLISHED);
  for (const script of scripts) assert.equal(script.split("\n").length, 3);
  assert.equal(weightsScript("paper/alexnet_2012"), null);
  const readme = readFileSync(join(process.env.RECEPTIVE_ROOT ?? "", "README.md"), "utf8");
  assert.ok(readme.includes(weightsScript("torchvision/resnet18") ?? "?"), "the README says the same");
});
