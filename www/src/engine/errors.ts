/**
 * Every error that can reach the page, with the fields it carries. The first five groups mirror `src/core/error/mod.rs`; the rest arise on the
 * JavaScript side. Texts in both languages are found by `kind` (see `i18n/`), so a new error is a new line here and the compiler asks
 * for its texts.
 */
export interface ErrorFields {
  // a specification that cannot be read
  malformed_json: { reason: string; line: number; column: number };
  unsupported_version: { found: string; supported: number };
  unknown_operator: { path: string; operator: string; known: string };
  invalid_value: { path: string; found: string; expected: Expected };
  missing_field: { path: string; field: string; expected: Expected };
  unknown_field: { path: string; field: string; known: string };
  duplicate_name: { path: string; node: string };
  empty_network: object;
  // shapes that do not fit
  kernel_larger_than_input: { node: string; axis: string; span: number; padded: number };
  rank_mismatch: { node: string; needed: number; also: number | null; shape: string; fix: FixWord };
  channels_not_divisible: { node: string; which: "input" | "output"; channels: number; groups: number };
  shapes_differ: { node: string; left: string; right: string };
  summands_differ: { node: string; left: string; right: string };
  padding_too_large: { node: string; axis: string; padding: number; kernel_size: number };
  empty_output: { node: string; axis: string; padding: number; size: number };
  no_such_channel: { node: string; channel: number; channels: number };
  window_of_padding: { node: string; axis: string; dilation: number; input: number };
  single_value: { node: string; shape: string };
  branches_differ: { node: string; first: string; other: string };
  crop_outside: { node: string; axis: string; size: number; offset: number; input: number };
  wrong_inputs: { node: string; op: string; needed: number; what: OperandsWord; found: number; fix: FixWord };
  not_unpoolable: { node: string; axis: string; size: number; input: number; least: number; most: number };
  size_overflow: { node: string; what: PartWord };
  images_mismatch: { node: string; shape: string; needed: string };
  classes_mismatch: { node: string; shape: string; classes: number };
  not_differentiable: { node: string; op: string };
  too_large: { node: string; needed_bytes: number; limit_bytes: number; largest_batch: number };
  // data files
  bad_magic: { file: string; offset: number; found: number; expected: number };
  truncated: { file: string; offset: number; needed: number };
  wrong_size: { file: string; offset: number; what: MeasureWord; found: number; expected: number };
  checksum_mismatch: { file: string; offset: number; found: number; expected: number };
  count_mismatch: { file: string; labels_file: string; images: number; labels: number };
  label_out_of_range: { file: string; offset: number; found: number; largest: number };
  side_out_of_range: { file: string; height: number; width: number; least: number; most: number };
  /** The network is for `input` and `classes`; `found` and `found_classes` are loaded, which a specification says by `data`. */
  other_data: {
    what: "missing" | "size" | "classes" | "images";
    input: readonly number[];
    classes: number;
    found: readonly number[];
    found_classes: number;
    data: unknown;
  };
  no_letters: object;
  no_data: { split: string };
  too_few_images: { found: number; needed: number };
  invalid_index: { index: number; total: number };
  invalid_pixels: { found: number; expected: number };
  // devices
  no_webgpu: object;
  /** The page came over plain http, where browsers have no WebGPU. */
  webgpu_needs_https: object;
  no_adapter: object;
  software_adapter: { adapter: string };
  device_request_failed: { reason: string };
  self_check_failed: { kernel: string; largest_error: number; allowed: number };
  device_lost: { reason: string };
  limit_exceeded: { what: string; needed: number; limit: number };
  too_many_workgroups: { kernel: string; needed: number; limit: number };
  /** `reason` is the browser's. */
  device_failed: { what: DoingWord; name: string | null; reason: string };
  no_scalar_kernels: object;
  not_on_cpu: object;
  workers_lost: object;
  worker_mismatch: { found: number; expected: number };
  floats_and_words: { name: string };
  // the trainer
  not_compiled: object;
  unknown_run: { run: string };
  busy: object;
  not_running: object;
  non_finite: { step: number; node: string; what: "activations" | "gradients" | "loss"; learning_rate: number };
  /** Weights that were not finite before a step, or that make an evaluation say nothing; `loaded`: they came so from a file. */
  non_finite_weights: { step: number; tensors: readonly NotFinite[]; loaded: boolean; learning_rate: number };
  unknown_name: { what: NamedWord; name: string };
  wrong_length: { name: string; found: number; expected: number };
  invalid_setting: { field: string; found: number; expected: Expected };
  needs_fresh_start: { field: string; present: string; found: string };
  malformed_request: { reason: string };
  internal: object;
  // weights
  no_weights: object;
  unreadable_weights: { reason: string };
  /** Another program's file, by what it begins with. */
  foreign_weights: { format: "pytorch_zip" | "pickle" | "numpy" | "keras" | "gguf" };
  /** What breaks the format's rules: `flaw` is a word of the engine's (`src/core/error/mod.rs`), `at` a byte of the file or a number in it. */
  malformed_weights: { flaw: string; at: number; size: number };
  malformed_tensor: { tensor: string; flaw: string; found: number; expected: number };
  /** `found` is null where the file lacks the tensor; `file` is all that it has, with type and shape. */
  weights_mismatch: { tensors: readonly WrongTensor[]; file: readonly string[] };
  // networks of other programs
  /**
   * An ONNX file that breaks the format's rules: `name` is a node, a value or a file in it, `at` and `limit` are bytes, sizes or numbers.
   */
  malformed_onnx: { file: string; flaw: OnnxFlaw; name: string; at: number; limit: number };
  /** The first node of an ONNX file that the language of networks has no words for. */
  unsayable_onnx: { file: string; node: string; operator: string; attributes: string; reason: OnnxReason };
  /** Weights in several files that are not all there, or do not fit together: `name` is a file or a tensor. */
  incomplete_shards: { file: string; flaw: ShardFlaw; name: string };
  // the worker and the page
  /** A panic in the engine: a bug of ours. The wasm instance is unusable afterwards. */
  panic: { reason: string };
  /** The worker's script or the engine's wasm could not be loaded or run at all. */
  engine_failed: { reason: string };
  /** The page's policy (Content-Security-Policy) keeps WebAssembly from being compiled. */
  wasm_blocked: object;
  /** A part of the page that did not load, or failed outside any request. */
  page_failed: { reason: string };
  /** This browser lacks the WebAssembly SIMD every build needs. */
  no_simd: object;
  worker_silent: { seconds: number };
  /** The worker was replaced or ended while the request was open. */
  worker_stopped: object;
  /** `status` is 0 where no answer came at all. */
  fetch_failed: { file: string; status: number };
  /** A gzip stream that is damaged, although it has the right length. */
  bad_gzip: { file: string };
  /** Chosen files from which no images-and-labels pair can be made. */
  no_pair: { found: readonly FoundFile[] };
  /** A gzip file whose content is one, too. */
  double_gzip: { file: string };
  /** A file that unpacks to more bytes than are taken. */
  too_much: { file: string; limit: number };
  /** A file that the browser does not let be read, as a folder. */
  unreadable_file: { file: string };
  /** Bytes where a text is expected: neither UTF-8 nor UTF-16. */
  not_text: { file: string };
  /** A picture that this browser cannot decode. */
  unreadable_picture: { file: string };
  /** A file that is none of what was asked for. */
  unknown_file: { file: string };
  /** An address that is not whole: its letters, what is packed in them, or the text in that. */
  bad_link: { reason: "letters" | "packing" | "json" | "preset" };
  /** A file that holds neither a network nor a run. */
  not_ours: { file: string };
  /** A network's file that is no JSON. */
  bad_json: { file: string; reason: string };
  /** A text in which there are no names of classes, or none that could be read. */
  no_class_names: { file: string; what: "empty" | "unreadable" };
  wrong_class_names: { file: string; found: number; expected: number };
}

/** What a value may be, as `src/core/error/expected.rs` says it; the texts are in `i18n/error-words.ts`. */
export type Expected =
  | { code: "number" | "epochs"; least: number; most: number }
  | { code: "milestones"; count: number; most: number }
  | { code: "whole" | "pair_within" | "branches"; least: number; most: number }
  | { code: "whole_from"; least: number }
  | {
      code: "input_shape" | "output_padding" | "text" | "depth" | "layers_at_most" | "layers_written_out" | "items_written_out";
      most: number;
    }
  | { code: "smallest"; largest: number }
  | { code: "choice" | "earlier_name"; names: readonly string[] }
  | { code: "no_prefix"; prefix: string }
  | { code: "operator_or_container"; operators: readonly string[]; containers: readonly string[] }
  | { code: "connections"; out_channels: number }
  | { code: "weight_rank"; rank: number }
  | {
      code:
        | "finite"
        | "betas"
        | "seed"
        | "pair"
        | "pair_not_same"
        | "sides"
        | "group_name"
        | "head_name"
        | "saved_name"
        | "unused_name"
        | "repeat_name"
        | "checksum"
        | "object"
        | "layers"
        | "layers_not_empty"
        | "one_layer"
        | "shortcut"
        | "one_input"
        | "head_outside_heads"
        | "short_item"
        | "short_parts"
        | "concat_dim"
        | "softmax_dim"
        | "ungrouped"
        | "no_augmentation"
        | "no_momentum"
        | "no_nesterov";
    };

// The words of `src/core/error/words.rs`.
export type FixWord =
  | "end_in_linear"
  | "end_in_convolution"
  | "end_in_flatten_and_linear"
  | "give_mask"
  | "give_map_of_logits"
  | "give_places"
  | "flatten_before"
  | "after_maps"
  | "after_several_maps"
  | "after_channels"
  | "before_flatten";
export type OperandsWord = "activation_and_mask" | "maps_and_places";
export type PartWord =
  | "all_parameters"
  | "batch"
  | "channels"
  | "codes"
  | "connections"
  | "enlarged_map"
  | "feature_row"
  | "input_times_output"
  | "output"
  | "padded_input"
  | "padded_map"
  | "parameter"
  | "window";
export type MeasureWord = "file_length" | "version" | "images" | "images_in_set" | "first_image" | "rows" | "columns";
export type DoingWord = "command" | "compiling" | "loading_shaders" | "preparing" | "reading_back" | "self_check" | "waiting";
/** What has a name that there is not. */
export type NamedWord = "instrument" | "job" | "node" | "part" | "parameter" | "split" | "tensor" | "value";

/** What breaks ONNX's rules, before any node is looked at. */
export type OnnxFlaw =
  | "truncated"
  | "wire"
  | "no_graph"
  | "no_input"
  | "input"
  | "inputs"
  | "twice"
  | "missing"
  | "cycle"
  | "dimension"
  | "data"
  | "external"
  | "type"
  | "sparse";

/**
 * What of a node stands in the way: its kind, its attributes, its shapes, an operand that is computed, or one that is not, how it is
 * connected, the order of its features.
 */
export type OnnxReason = "operator" | "attributes" | "shapes" | "operands" | "constant" | "branches" | "order" | "outputs";

export type ShardFlaw = "header" | "index" | "two_indices" | "missing" | "another" | "twice" | "outside" | "elsewhere" | "absent";

/** A file of images or labels, and how many it says it has. */
export interface FoundFile {
  name: string;
  what: "images" | "labels";
  count: number | null;
}

/** A tensor that a file of weights lacks, or has otherwise than it should be. */
export interface WrongTensor {
  name: string;
  found: string | null;
  expected: string;
}

/** A tensor with non-finite values, and how many. */
export interface NotFinite {
  name: string;
  count: number;
}

export type ErrorKind = keyof ErrorFields;

/** One error with the fields of its kind. */
export type ErrorOf<K extends ErrorKind> = { kind: K; message: string } & ErrorFields[K];

/** Any error that a reply, an event or the page itself can carry. */
export type ReceptiveError = { [K in ErrorKind]: ErrorOf<K> }[ErrorKind];

export function isReceptiveError(value: unknown): value is ReceptiveError {
  return typeof value === "object" && value !== null && "kind" in value && typeof value.kind === "string" && "message" in value;
}

/** An error as an exception, for code that throws. */
export class ReceptiveFailure extends Error {
  readonly error: ReceptiveError;

  constructor(error: ReceptiveError) {
    super(error.message);
    this.name = "ReceptiveFailure";
    this.error = error;
  }
}

/** The typed error inside whatever was thrown; anything unknown becomes `otherwise`, with its text kept. */
export function toReceptiveError(thrown: unknown, otherwise: "panic" | "engine_failed"): ReceptiveError {
  if (thrown instanceof ReceptiveFailure) return thrown.error;
  if (isReceptiveError(thrown)) return thrown;
  const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return { kind: otherwise, message: reason, reason };
}
