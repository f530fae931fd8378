import assert from "node:assert/strict";
import { test } from "node:test";
import { ReceptiveFailure } from "../src/engine/errors.ts";
import type { RequestBody } from "../src/engine/protocol.ts";
import type { TrainerClient } from "../src/engine/trainer-client.ts";
import type { Looked, LookWish } from "../src/features/maps/probe-client.ts";
import { ProbeClient } from "../src/features/maps/probe-client.ts";

const digit = { pixels: new Uint8Array(784), under: { index: 0 }, label: 3, index: null };
const wish: LookWish = { what: "activations", nodes: ["conv1"], weights: null, field: null };
const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

/** A client whose answers come when the test says so. */
function setUp({ steps = () => 1 }: { steps?: (request: RequestBody) => number } = {}) {
  const open: { request: RequestBody; answer: () => void; refuse: () => void }[] = [];
  const asked: RequestBody[] = [];
  const client = {
    request: (request: RequestBody) => {
      asked.push(request);
      return new Promise((resolve, reject) => {
        const step = steps(request);
        const reply = { step, maps: [], range: [0, 1], tensors: [], gradient: new Float32Array(0), rows: [0, 0], columns: [0, 0] };
        open.push({
          request,
          answer: () => resolve(reply),
          refuse: () => reject(new ReceptiveFailure({ kind: "panic", message: "" } as never)),
        });
      });
    },
  } as unknown as Pick<TrainerClient, "request">;
  const answers: (Looked | string)[] = [];
  const probes = new ProbeClient(
    client,
    async () => digit,
    (answer) => answers.push("answer" in answer ? answer.answer : answer.error.kind),
  );
  const answerAll = async () => {
    await settle();
    for (const { answer } of open.splice(0)) answer();
    await settle();
  };
  return { probes, asked, answers, answerAll, open };
}

test("nothing is asked while nobody looks", async () => {
  const { probes, asked } = setUp();
  probes.again();
  probes.follow();
  await settle();
  assert.equal(asked.length, 0);
});

test("one question at a time, and then the newest", async () => {
  const { probes, asked, answers, answerAll } = setUp();
  probes.want(wish);
  await settle();
  probes.want({ ...wish, nodes: ["relu1"] });
  probes.want({ ...wish, nodes: ["pool1"] });
  await settle();
  assert.equal(asked.length, 1);
  await answerAll();
  assert.deepEqual(
    asked.map((request) => "nodes" in request && request.nodes[0]),
    ["conv1", "pool1"],
  );
  await answerAll();
  assert.equal(answers.length, 2);
});

test("metrics ask again at most four times a second; whoever left hears nothing", async () => {
  const { probes, asked, answers, answerAll } = setUp();
  probes.want(wish);
  await answerAll();
  probes.follow();
  await settle();
  assert.equal(asked.length, 1);
  probes.again();
  await settle();
  probes.want(null);
  await answerAll();
  assert.deepEqual([asked.length, answers.length], [2, 1]);
});

test("maps, weights and field are of one step, if that can be had", async () => {
  let step = 0;
  const { probes, asked, answers, answerAll } = setUp({ steps: ({ type }) => (type === "look" ? Math.min(++step, 3) : 3) });
  probes.want({ ...wish, weights: "conv1", field: { node: "conv1", unit: [0, 1, 2] } });
  await answerAll();
  assert.equal(answers.length, 0);
  await answerAll();
  await answerAll();
  assert.equal(asked.length, 9);
  const [answer] = answers;
  assert.ok(typeof answer === "object" && answer.maps.step === 3 && answer.weights?.step === 3 && answer.field?.step === 3);
});

test("what the engine refuses is said, and the next question is asked all the same", async () => {
  const { probes, answers, answerAll, open } = setUp();
  probes.want(wish);
  await settle();
  open.splice(0)[0]?.refuse();
  await settle();
  probes.again();
  await answerAll();
  assert.deepEqual(
    answers.map((answer) => typeof answer),
    ["string", "object"],
  );
});
