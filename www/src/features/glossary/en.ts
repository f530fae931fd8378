import type { Glossary } from "./texts.ts";

export default (): Glossary => ({
  title: "Glossary",
  intro: "The words of this page. On the page, a word with a dotted line shows its definition: point at it, tap it, or reach it with Tab.",
  all: "All terms",
  terms: {
    network: {
      name: "Network",
      text: "Layers in a row or in blocks. Each takes the numbers of the one before and computes new ones; the last gives one number for each digit.",
    },
    layer: {
      name: "Layer",
      text: "One computation of the network, such as a convolution. Its output is written channels × height × width.",
    },
    loss: {
      name: "Loss",
      text: "How wrong the answers are: the mean of −ln of the probability given to the right digit (cross-entropy). 0 is perfect; guessing among ten digits gives 2.30 = ln 10. Training lowers it.",
    },
    accuracy: { name: "Accuracy", text: "The share of images whose most likely digit is the right one. Guessing gives 10 %." },
    top5: { name: "Top-5", text: "The share of images whose right class is among the five most likely ones." },
    pixel_accuracy: {
      name: "Pixel accuracy",
      text: "The share of pixels whose class is right, where the network gives a class for every pixel.",
    },
    iou: {
      name: "Mean IoU",
      text: "Intersection over union: of the pixels that are a class, or are said to be, the share that are both; the mean over all classes.",
    },
    training_images: {
      name: "Training images",
      text: "60,000 digits that the network learns from. Good numbers on them alone prove nothing.",
    },
    test_images: {
      name: "Test images",
      text: "10,000 digits that are never trained on: they tell how good the network is on what it has not seen.",
    },
    epoch: { name: "Epoch", text: "One pass over all training images. With 60,000 images and batches of 64 it is 938 steps." },
    batch: {
      name: "Batch size",
      text: "How many images one step learns from at once. The gradient is their mean: larger batches give calmer, and fewer, steps.",
    },
    step: {
      name: "Step",
      text: "One change of the weights: a batch goes through the network, the gradient is computed, the optimizer moves the weights.",
    },
    learning_rate: {
      name: "Learning rate",
      text: "How far each step moves the weights against the gradient. Too small: nothing happens. Too large: the loss jumps up and the weights are spoiled.",
    },
    momentum: {
      name: "Momentum",
      text: "The share of the last movement that is added to the next, as with a rolling ball. 0.9 is usual; 0 is none.",
    },
    weight_decay: {
      name: "Weight decay",
      text: "Each step also pulls the weights towards 0 by this share. It keeps them small; too much of it erases them.",
    },
    optimizer: { name: "Optimizer", text: "The rule that makes a movement of the weights out of gradients: SGD, Adam, AdamW or RMSprop." },
    seed: {
      name: "Seed",
      text: "The number that all chance begins with: initial weights and the order of images. The same seed gives the same run.",
    },
    init: {
      name: "Initial weights",
      text: "What the weights are before the first step: small random numbers, spread by the size of the layer (PyTorch's rule, or Kaiming's).",
    },
    schedule: {
      name: "Schedule",
      text: "How the learning rate changes over the run: it mostly ends near 0, so that the last steps are fine.",
    },
    augmentation: {
      name: "Augmentation",
      text: "Training images are shifted, turned or bent at random, so that the network sees each one differently every time.",
    },
    clipping: {
      name: "Gradient clipping",
      text: "If the gradient is longer than this, it is shortened to it: one bad batch cannot spoil the weights.",
    },
    convolution: {
      name: "Convolution",
      text: "A small window slides over the image; at each place the pixels in it are multiplied by the weights of a filter and summed.",
    },
    map: {
      name: "Map",
      text: "The output of one filter at all places: an image of where the filter finds what it looks for. Also called feature map or channel.",
    },
    filter: { name: "Filter", text: "The weights of a convolution for one output map, one small square for each input channel." },
    activation: { name: "Activation", text: "A value that a layer computes for the image in the pad." },
    gradient: {
      name: "Gradient",
      text: "How much the loss would change with a small change of a value or a weight. Training moves the weights against it.",
    },
    receptive_field: {
      name: "Receptive field",
      text: "The part of the image that one value of a layer can depend on. “Sees 14×14” means a square of 14 by 14 pixels; deeper layers see more.",
    },
    parameters: { name: "Parameters", text: "The numbers that training changes: all weights and biases." },
    macs: {
      name: "Multiply-accumulates",
      text: "How many times a product is added to a sum for one image: the work of a layer. Training takes about three times that.",
    },
    pooling: { name: "Pooling", text: "Makes maps smaller: of each small square only the largest value, or the mean, stays." },
    residual: {
      name: "Residual block",
      text: "The input of the block is added to its output, so that the layers in it learn only a difference.",
    },
    running_statistics: {
      name: "Running statistics",
      text: "running_mean and running_var of batch normalization: means and variances gathered while training, used in place of a batch's own when the network answers.",
    },
    logits: { name: "Logits", text: "The ten numbers of the last layer. Softmax makes probabilities of them." },
    confusion: {
      name: "Confusion matrix",
      text: "Counts of test images. Rows: true digit. Columns: the network's answer. Mistakes lie beside the diagonal.",
    },
    run: { name: "Run", text: "One training from fresh weights on, with its curves. Earlier runs stay in the list." },
    checkpoint: {
      name: "Kept step",
      text: "The weights at a step, kept at each epoch and before each live change. A run can be gone on from there.",
    },
    branch: { name: "Branch", text: "A new run that begins with the weights of a kept step of another; that one stays as it is." },
    smoothing: {
      name: "Smoothing",
      text: "Draws a moving average of the curve, which hides the noise of single batches. The values are not changed.",
    },
    log_scale: {
      name: "Log scale",
      text: "Equal distances are equal factors: 0.01 to 0.1 is as far as 0.1 to 1. Small losses and huge ones are both seen.",
    },
    worker: { name: "Worker", text: "A thread of the browser. Several share each batch: each computes the gradients of its part." },
    backend: {
      name: "Where it computes",
      text: "WebGPU is the graphics card, CPU is WebAssembly on the processor. Automatic tries both and takes the faster.",
    },
    simd: { name: "SIMD", text: "Instructions of the processor that compute four numbers at once." },
  },
});
