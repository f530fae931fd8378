import type { Formats } from "../../lib/format.ts";
import type { FixTexts } from "./texts.ts";

export default (f: Formats): FixTexts => ({
  region: "Ways to mend it",
  of: {
    projection: ({ channels, stride }) => `Insert a 1×1 projection: ${f.whole(channels)} channels, stride ${stride}`,
    pad_shortcut: () => "Shortcut without parameters: skip pixels, pad channels",
    fit_body: ({ channels }) => `Stride 1 and ${f.whole(channels)} channels, as on the other side`,
    same_padding: () => "Pad all branches to one size",
    concat: () => "Concatenate instead of adding",
    crop: () => "Crop what was saved",
    padding: ({ value }) => `Padding ${f.whole(value)}`,
    kernel: ({ value }) => `Kernel ${f.whole(value)}×${f.whole(value)}`,
    remove: ({ name }) => `Remove ${name}`,
    flatten: () => "Insert flatten before it",
    outputs: ({ value }) => `Give it ${f.whole(value)} outputs`,
    classifier: ({ classes }) => `Add a layer with ${f.whole(classes)} outputs`,
    channels: ({ value }) => `${f.whole(value)} channels`,
    groups: ({ value }) => `${f.whole(value)} ${f.plural(value, { one: "group", other: "groups" })}`,
    value: ({ field, value }) => `Set ${field} to ${value}`,
    operator: ({ op }) => `Make it ${op}`,
    drop_field: ({ field }) => `Leave out ${field}`,
    name: ({ name }) => `Call it ${name}`,
    add_layer: () => "Put a ReLU into it",
    batch: ({ value }) => `Batch size ${f.whole(value)}`,
    fit_data: ({ size, classes }) => `Fit the network to the images: ${size}, ${f.whole(classes)} classes`,
  },
});
