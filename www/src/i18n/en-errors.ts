import type { Formats } from "../lib/format.ts";
import { convert } from "./convert.ts";
import { enErrorWords } from "./en-error-words.ts";
import { expectedText } from "./error-words.ts";
import type { ErrorTexts } from "./messages.ts";

/** Sentences by a word of an error. */
type Words = { readonly [word: string]: string };

export const enErrors = (f: Formats, words = enErrorWords(f)): ErrorTexts => ({
  malformed_json: (e) => `This is not valid JSON: ${e.reason} (line ${f.whole(e.line)}, column ${f.whole(e.column)}).`,
  unsupported_version: (e) => `This page reads version ${f.whole(e.supported)}, not ${e.found}.`,
  unknown_operator: (e) => `${e.path}: there is no operator “${e.operator}”. Known are ${e.known}.`,
  invalid_value: (e) => `${e.path}: ${e.found} is not possible here; expected ${expectedText(words, e.expected)}.`,
  missing_field: (e) => `${e.path}: “${e.field}” is missing; expected ${expectedText(words, e.expected)}.`,
  unknown_field: (e) => `${e.path}: “${e.field}” does not belong here. Known are ${e.known}.`,
  duplicate_name: (e) => `${e.path}: another layer or group is called “${e.node}”. Give one of them another name.`,
  empty_network: () => "Add a layer, or start from LeNet-5.",
  kernel_larger_than_input: (e) =>
    `${e.node}: the kernel spans ${f.whole(e.span)}, but its padded input has only ${f.whole(e.padded)} (${e.axis}). Use a smaller kernel, more padding, or one pooling less before it.`,
  rank_mismatch: (e) =>
    `${e.node}: takes ${f.whole(e.needed)}${e.also ? ` or ${f.whole(e.also)}` : ""} dimensions, and gets ${f.written(e.shape)}. Insert or remove a flatten layer before it.`,
  channels_not_divisible: (e) =>
    `${e.node}: ${f.whole(e.channels)} channels cannot be split into ${f.whole(e.groups)} groups. Use a divisor of ${f.whole(e.channels)}.`,
  shapes_differ: (e) => `${e.node}: ${f.written(e.left)} and ${f.written(e.right)} must be equal.`,
  summands_differ: (e) =>
    `${e.node}: ${f.written(e.left)} and ${f.written(e.right)} cannot be added, a sum needs equal shapes. Bring one to the other’s: on a shortcut, with a 1×1 convolution of as many channels and the same stride.`,
  window_of_padding: (e) =>
    `${e.node}: a dilation of ${f.whole(e.dilation)} steps over the whole input of ${f.whole(e.input)} (${e.axis}), so a window would hold only padding. Use less dilation or no padding.`,
  padding_too_large: (e) =>
    `${e.node}: padding ${f.whole(e.padding)} must be at most half of the kernel size ${f.whole(e.kernel_size)} (${e.axis}). Use a padding of at most ${f.whole(Math.floor(e.kernel_size / 2))}, or put a pad2d layer before it.`,
  single_value: (e) =>
    `${e.node}: a channel of ${f.written(e.shape)} has a single value, which has no variance. Train with a larger batch, or keep the maps larger.`,
  empty_output: (e) =>
    `${e.node}: padding ${f.whole(e.padding)} cuts away all ${f.whole(e.size)} of the output (${e.axis}). Use less padding.`,
  no_such_channel: (e) =>
    `${e.node}: is connected to input channel ${f.whole(e.channel)}, but there are ${f.whole(e.channels)}, counted from 0. Change the connections or the layer before.`,
  branches_differ: (e) =>
    `${e.node}: ${f.written(e.first)} and ${f.written(e.other)} differ in more than their channels. Give the branches the same strides and paddings, or crop one of them.`,
  crop_outside: (e) =>
    `${e.node}: a crop of ${f.whole(e.size)} from ${f.whole(e.offset)} on does not fit in ${f.whole(e.input)} (${e.axis}). Use a smaller size or offset.`,
  wrong_inputs: (e) =>
    `${e.node}: ${e.op} reads ${f.whole(e.needed)} values (${words.operands[e.what]}), not ${f.whole(e.found)}. Fix: ${words.fix[e.fix]}.`,
  not_unpoolable: (e) =>
    `${e.node}: no pooling with this kernel size and stride leads from ${f.whole(e.size)} to ${f.whole(e.input)} (${e.axis}). Use an output_size from ${f.whole(e.least)} to ${f.whole(e.most)}.`,
  size_overflow: (e) => `${e.node}: ${words.part[e.what]} is too large to count. Make the network or the batch smaller.`,
  images_mismatch: (e) =>
    `This network is for images of ${f.written(e.shape, false)}, and MNIST's are ${f.shape([1, 28, 28])}. It can be looked at here, and run under “Full-size networks”.`,
  classes_mismatch: (e) =>
    `The network ends in ${f.written(e.shape)}, but there are ${f.whole(e.classes)} classes. End it in a layer with ${f.whole(e.classes)} outputs or channels.`,
  not_differentiable: (e) => `${e.node}: ${e.op} cannot be trained through here: it has no gradient.`,
  too_large: (e) =>
    `A training step needs ${f.bytes(e.needed_bytes)}, and ${f.bytes(e.limit_bytes)} is the limit. Batch size ${f.whole(e.largest_batch)} fits.`,
  bad_magic: (e) =>
    `${e.file}: starts with ${f.hex(e.found)} at byte ${f.whole(e.offset)}, not with ${f.hex(e.expected)}. Is it an IDX file of the right kind?`,
  truncated: (e) => `${e.file}: ends at byte ${f.whole(e.offset)}, but ${f.whole(e.needed)} bytes are needed. The file is cut off.`,
  wrong_size: (e) =>
    `${e.file}: ${words.measure[e.what]} is ${f.whole(e.found)} at byte ${f.whole(e.offset)}, expected ${f.whole(e.expected)}.`,
  checksum_mismatch: (e) =>
    `${e.file}: the checksum from byte ${f.whole(e.offset)} on is ${f.hex(e.found)}, not ${f.hex(e.expected)}. The file is damaged.`,
  count_mismatch: (e) => `${e.file} has ${f.whole(e.images)} images, but ${e.labels_file} has ${f.whole(e.labels)} labels.`,
  label_out_of_range: (e) =>
    `${e.file}: the label ${f.whole(e.found)} at byte ${f.whole(e.offset)} is not one of 0 to ${f.whole(e.largest)}.`,
  side_out_of_range: (e) =>
    `${e.file}: the images are ${f.whole(e.height)}×${f.whole(e.width)} pixels, and a side may have ${f.whole(e.least)} to ${f.whole(e.most)}. Scale them first.`,
  other_data: (e) => {
    const [is, has] = [
      `${f.shape(e.input.slice(1))} pixels and ${f.whole(e.classes)} classes`,
      `${f.shape(e.found.slice(1))} pixels and ${f.whole(e.found_classes)} classes`,
    ];
    if (e.what === "missing")
      return `This network is for images of one's own (${is}), and MNIST is loaded. Open their IDX files, or fit the network to MNIST.`;
    if (e.what === "images")
      return `This network was made for other images than those that are loaded, though of the same form (${is}). Open their IDX files, or fit the network to these.`;
    return `This network is for images of ${is}, and those that are loaded have ${has}. Fit the network to them, or open others.`;
  },
  no_letters: () => "The images that are loaded are no letters as EMNIST stores them: labels 1 to 26, 28×28 pixels.",
  no_data: (e) => `No ${e.split === "test" ? "test" : "training"} images are loaded yet.`,
  too_few_images: (e) =>
    `${f.whole(e.found)} training ${f.plural(e.found, { one: "image has", other: "images have" })} come, and a batch takes ${f.whole(e.needed)}. Wait for more, or use batch size ${f.whole(e.found)}.`,
  invalid_index: (e) => `There is no image ${f.whole(e.index)} among ${f.whole(e.total)}.`,
  invalid_pixels: (e) => `An image has ${f.whole(e.expected)} pixels, not ${f.whole(e.found)}.`,
  no_webgpu: () => "This browser has no WebGPU here.",
  webgpu_needs_https: () => "WebGPU needs https: this page came over plain http. The address with https, or localhost, has it.",
  no_adapter: () => "WebGPU is there, but finds no graphics card to use.",
  software_adapter: (e) => `WebGPU has only a software adapter (${e.adapter}), which is slower than the CPU.`,
  device_request_failed: (e) => `The graphics card could not be opened: ${e.reason}.`,
  self_check_failed: (e) =>
    `The graphics card failed the self-check: ${e.kernel} was off by ${f.plain(e.largest_error)}, allowed is ${f.plain(e.allowed)}.`,
  device_lost: (e) => `The GPU was taken away: ${e.reason}.`,
  limit_exceeded: (e) => `${e.what} needs ${f.whole(e.needed)}, and this device allows ${f.whole(e.limit)}.`,
  too_many_workgroups: (e) => `${e.kernel} needs ${f.whole(e.needed)} workgroups, and this device allows ${f.whole(e.limit)}.`,
  device_failed: (e) => `${words.doing[e.what]}${e.name === null ? "" : ` (${e.name})`} failed on the graphics card: ${e.reason}.`,
  no_scalar_kernels: () => "This build leaves the scalar kernels out.",
  not_on_cpu: () => "Workers share a batch on the CPU only, and this network is not there.",
  workers_lost: () => "A worker stopped, and so did those that took its place.",
  worker_mismatch: (e) =>
    `A worker sent or was sent ${f.whole(e.found)} numbers where ${f.whole(e.expected)} were expected. This is a bug of ours.`,
  floats_and_words: (e) => `Floats and words were mixed up (${e.name}). This is a bug of ours.`,
  not_compiled: () => "No network is ready yet.",
  unknown_run: (e) => `There is no run “${e.run}”.`,
  busy: () => "A run is training. Pause it first.",
  not_running: () => "Nothing is training.",
  non_finite: (e) =>
    `In step ${f.whole(e.step)} ${e.what === "activations" ? `the output of ${e.node}` : e.what === "gradients" ? `a gradient at ${e.node}` : "the loss"} stopped being a finite number. The learning rate ${f.plain(e.learning_rate)} is likely too high. The weights are still those before that step.`,
  non_finite_weights: (e) =>
    `After ${f.whole(e.step)} ${f.plural(e.step, { one: "step", other: "steps" })} the weights are no longer all finite numbers: ${f.counted(e.tensors)}. ${e.loaded ? "They came so from the file. Open a sound one, or press Reset." : `The learning rate ${f.plain(e.learning_rate)} is likely too high. Press Reset, with a lower one.`}`,
  unknown_name: (e) => `There is no ${words.named[e.what]} called “${e.name}”.`,
  wrong_length: (e) => `${e.name} has ${f.whole(e.expected)} values, not ${f.whole(e.found)}.`,
  invalid_setting: (e) => `${e.field} cannot be ${f.plain(e.found)}; expected ${expectedText(words, e.expected)}.`,
  needs_fresh_start: (e) => `${e.field} cannot change from ${e.present} to ${e.found} during a run; it applies on a fresh start.`,
  malformed_request: (e) => `The engine could not read a request of the page: ${e.reason}. This is a bug of ours.`,
  internal: () => "Something went wrong inside the engine. This is a bug of ours.",
  no_weights: () => "The network has no weights yet. Draw them from a seed or load a file.",
  unreadable_weights: (e) => `The file cannot be read: ${e.reason}.`,
  foreign_weights: ({ format }) =>
    format === "pytorch_zip" || format === "pickle"
      ? `This is a PyTorch file (${format === "pickle" ? "a pickle" : "a zip with a pickle in it"}), which can run any program; a browser does not open it. Two lines of Python make a safetensors file of it: ${convert("FILE", "NAME")}`
      : `This is a file of ${{ numpy: "NumPy", keras: "Keras", gguf: "llama.cpp (GGUF)" }[format] ?? format}, not safetensors. Put its arrays under PyTorch’s names and save them with save_file of safetensors.`,
  malformed_weights: (e) =>
    `This is not a safetensors file: ${
      ({
        short: `byte ${f.whole(e.at)} is needed, and it has ${f.whole(e.size)}; is it cut off?`,
        header_length: `its header would have ${f.whole(e.at)} bytes, and the file has ${f.whole(e.size)}. Is it cut off?`,
        text: `its header is no text at byte ${f.whole(e.at)}.`,
        json: `its header cannot be read at byte ${f.whole(e.at)}.`,
        number: `a number in it, ${f.whole(e.at)}, is larger than any run’s.`,
      })[e.flaw] ?? `its tensors end at byte ${f.whole(e.at)}, and the file has ${f.whole(e.size)}; the rest belongs to none.`
    } Save or copy it again.`,
  malformed_tensor: (e) =>
    `This safetensors file breaks the format’s rules. ${e.tensor}: ${
      ({
        duplicate: "the name stands twice in the header.",
        fields: "the header must say its dtype, shape and data_offsets, and nothing else.",
        number: "a size or place is no whole number of 64 bits.",
        order: `it would end at byte ${f.whole(e.found)}, before its beginning at ${f.whole(e.expected)}.`,
        outside: `it would end at byte ${f.whole(e.found)} behind the header, and there are ${f.whole(e.expected)}; is the file cut off?`,
        overlap: `it begins at byte ${f.whole(e.found)}, within another that ends at ${f.whole(e.expected)}.`,
        hole: `it begins at byte ${f.whole(e.found)}, and the bytes from ${f.whole(e.expected)} on belong to no tensor.`,
      })[e.flaw] ?? `it has ${f.whole(e.found)} bytes, and its type and shape need ${f.whole(e.expected)}.`
    } Save it again with the library safetensors.`,
  weights_mismatch: (e) =>
    `This file is of another network: ${f.whole(e.tensors.length)} of this network’s tensors ${f.plural(e.tensors.length, { one: "is", other: "are" })} missing in it or of another shape or type (${f.few(e.tensors.map(({ name, expected }) => `${name} ${expected}`))}). The file has ${f.few(e.file)}. Names must be those of this network.`,
  malformed_onnx: (e) =>
    `${e.file || "This"} is not a whole ONNX file: ${
      (
        {
          truncated: `byte ${f.whole(e.at)} is needed, and there are ${f.whole(e.limit)}; is it cut off?`,
          wire: `it cannot be read at byte ${f.whole(e.at)}.`,
          no_graph: "there is no network in it.",
          no_input: "its network has no input.",
          input: `its input “${e.name}” has no fixed size. Export it with the sizes of an image: a batch of any size, channels, height, width.`,
          inputs: `its network has a second input, “${e.name}”; one image goes into a network here.`,
          twice: `“${e.name}” is made twice.`,
          missing: `“${e.name}” is read, but no node makes it and no weight is called so.`,
          cycle: `“${e.name}” needs its own result.`,
          dimension: `a size of “${e.name}” is ${f.whole(e.at)}, which is too large.`,
          data: `“${e.name}” should have ${f.whole(e.limit)}, and has ${f.whole(e.at)}.`,
          external: `its weights lie in another file, ${e.name}. Save the network in one file (in PyTorch: external_data=False).`,
          type: `“${e.name}” has values of type ${f.whole(e.at)}, which are not read here; 32-bit, half and bfloat16 numbers are.`,
        } as Words
      )[e.flaw] ?? "it has sparse weights, which are not read here."
    }`,
  unsayable_onnx: (e) =>
    `${e.file}: “${e.node}” (${e.operator}${e.attributes ? `: ${e.attributes}` : ""}) has no form here, ${
      (
        {
          operator: "there is no such operator.",
          attributes: "not with these attributes.",
          shapes: "not with the shapes that it reads.",
          operands: "it takes another value where only a constant can stand here.",
          constant: "it takes a constant where only a value of the network can stand here.",
          branches: "its inputs meet in a way that is neither a residual, nor branches, nor a skip.",
          order: "its features lie in another order than channels, height, width.",
        } as Words
      )[e.reason] ?? "the file has a second output."
    }`,
  incomplete_shards: (e) =>
    `${e.file}: ${
      (
        {
          header: "no header of safetensors.",
          index: "no index: a JSON object with weight_map is expected.",
          two_indices: "a second index. Choose the files of one network.",
          missing: `${e.name} is missing. Choose all files of the network together.`,
          another: `it does not belong to ${e.name}.`,
          twice: `${e.name} is in another file, too.`,
          outside: `${e.name} lies outside of the file; is it cut off?`,
          elsewhere: `${e.name} should be in another file, says the index.`,
        } as Words
      )[e.flaw] ?? `${e.name} should be in it, says the index, and is not.`
    }`,
  panic: (e) => `A bug in the engine stopped it: ${e.reason}`,
  engine_failed: (e) => `The engine could not be loaded or started: ${e.reason}`,
  wasm_blocked: () =>
    "The Content-Security-Policy of this page’s server forbids WebAssembly. Whoever runs the server adds 'wasm-unsafe-eval' to script-src: script-src 'self' 'wasm-unsafe-eval'.",
  page_failed: (e) => `${e.reason}${/[.!?]$/u.test(e.reason) ? "" : "."} If something is missing, reload the page; the run is kept.`,
  no_simd: () => "This browser has no WebAssembly SIMD, which the engine is built on. Any browser of 2023 or later has it.",
  worker_silent: (e) => `No sign of life for ${f.duration(e.seconds)}.`,
  worker_stopped: () => "The engine was stopped before it could answer.",
  fetch_failed: (e) => (e.status ? `${e.file}: the server answered ${e.status}.` : `${e.file}: the network gave no answer.`),
  bad_gzip: (e) => `${e.file}: the compressed data is damaged.`,
  unreadable_picture: (e) => `${e.file}: this browser cannot read it as a picture.`,
  bad_link: (e) =>
    ({
      letters: "The link has letters in it that no link has: was it copied whole?",
      packing: "The link is damaged or not whole.",
      json: "What is in the link cannot be read.",
      preset: "The link names a network that this page does not have.",
    })[e.reason] ?? "The link cannot be read.",
  not_ours: (e) => `${e.file}: neither a network (.json, .onnx) nor a run (.safetensors), nor images and labels (IDX).`,
  bad_json: (e) => `${e.file} is not valid JSON: ${e.reason}.`,
  unknown_file: (e) => `${e.file}: not a picture, nor weights (.safetensors), nor class names (.txt, .json).`,
  wrong_class_names: (e) => `${e.file}: has ${f.whole(e.found)} names, and this network tells ${f.whole(e.expected)} classes apart.`,
  no_class_names: (e) =>
    e.what === "empty"
      ? `${e.file}: there are no class names in it.`
      : `${e.file}: neither JSON nor a list or dictionary as Python writes it. Put one name a line, or a JSON list.`,
  no_pair: (e) =>
    `${e.found.map(({ name, what, count }) => `${name} (${count === null ? what : `${f.whole(count)} ${f.plural(count, what === "images" ? { one: "image", other: "images" } : { one: "label", other: "labels" })}`})`).join(", ")}: no pairs can be made of this. Choose training images and as many labels together, and test images and their labels if you have them.`,
  double_gzip: (e) => `${e.file} is a gzip file inside a gzip file. Unpack it once, and open what comes out.`,
  too_much: (e) => `${e.file} unpacks to more than ${f.bytes(e.limit)}, which is more than a page can hold. Open a smaller file.`,
  unreadable_file: (e) => `${e.file} cannot be read. Is it a folder, or was it moved? Choose the files themselves.`,
  not_text: (e) => `${e.file} is not a text in UTF-8 or UTF-16. Save it as UTF-8.`,
});
