import features from "receptive:texts/en";
import { diagram } from "../../features/diagram/en.ts";
import { fixes } from "../../features/fixes/en.ts";
import { inspector } from "../../features/inspector/en.ts";
import { maps } from "../../features/maps/en.ts";
import { runs } from "../../features/runs/en.ts";
import { share } from "../../features/share/en.ts";
import { trueSize } from "../../features/true-size/en.ts";
import type { Formats } from "../../lib/format.ts";
import type { Panels } from "../panels.ts";

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
