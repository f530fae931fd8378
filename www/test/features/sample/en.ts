import type { Formats } from "../../../src/lib/format.ts";
import type { SampleTexts } from "./texts.ts";

export default (f: Formats): SampleTexts => ({ count: (count) => `Counted: ${f.whole(count)}` });
