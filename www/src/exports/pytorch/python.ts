/** Python as text: literals, names, lines. */

/** What Python keeps for itself, and what the script or `nn.Module` uses already. */
const RESERVED = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda " +
    "nonlocal not or pass raise return try while with yield self x y n F nn torch math super " +
    "training forward train eval type float double half bfloat16 cuda cpu cpu xpu ipu to apply children modules parameters buffers named_children " +
    "named_modules named_parameters named_buffers add_module register_module get_submodule get_parameter get_buffer register_buffer " +
    "register_parameter state_dict load_state_dict zero_grad requires_grad_ share_memory extra_repr to_empty compile dump_patches call_super_init " +
    "get_extra_state set_extra_state set_submodule T_destination register_forward_hook register_forward_pre_hook register_full_backward_hook " +
    "register_backward_hook"
  ).split(" "),
);

/** Whether a name can stand after `self.`. */
export const isAttribute = (name: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*$/u.test(name) && !name.startsWith("__") && !RESERVED.has(name);

/** A variable's name made of any text. */
export function variable(text: string, otherwise: string): string {
  const name = text.replace(/[^A-Za-z0-9_]+/gu, "_").replace(/^(?=[0-9])/u, "_");
  return isAttribute(name) && name !== "_" ? name : otherwise;
}

/** A string literal. */
export const text = (value: string): string => JSON.stringify(value);

/** A number, `True` or `False`, a tuple, or a string. */
export function literal(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return value.length === 1 ? `(${literal(value[0])},)` : `(${value.map(literal).join(", ")})`;
  if (value === null || value === undefined) return "None";
  return typeof value === "number" ? String(value) : text(String(value));
}

/** Two numbers as PyTorch takes them: one where both are the same. */
export const both = ([height, width]: readonly [number, number]): string => (height === width ? literal(height) : literal([height, width]));

/** Lines moved to the right by so many levels. */
export const indented = (lines: readonly string[], levels = 1): string[] =>
  lines.map((line) => (line === "" ? "" : `${"    ".repeat(levels)}${line}`));

/** What a comment or a docstring may hold of a title: one line, nothing that ends it. */
export const oneLine = (title: string): string => title.replace(/[\s\\"]+/gu, " ").trim();
