import features from "receptive:texts/en";
import type { Formats } from "../../lib/format.ts";
import type { Panels } from "../panels.ts";
import { diagram } from "./en/diagram.ts";
import { fixes } from "./en/fixes.ts";
import { inspector } from "./en/inspector.ts";
import { maps } from "./en/maps.ts";
import { runs } from "./en/runs.ts";
import { share } from "./en/share.ts";
import { trueSize } from "./en/trueSize.ts";

export const panels = (f: Formats): Panels => ({
  ...(Object.fromEntries(Object.entries(features).map(([name, make]) => [name, make(f)])) as unknown as Panels),
  diagram: diagram(f),
  fixes: fixes(f),
  inspector: inspector(f),
  maps: maps(f),
  runs: runs(f),
  share: share(),
  trueSize: trueSize(f),
});
