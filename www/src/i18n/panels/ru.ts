import features from "receptive:texts/ru";
import type { Formats } from "../../lib/format.ts";
import type { Panels } from "../panels.ts";
import { diagram } from "./ru/diagram.ts";
import { fixes } from "./ru/fixes.ts";
import { inspector } from "./ru/inspector.ts";
import { maps } from "./ru/maps.ts";
import { runs } from "./ru/runs.ts";
import { share } from "./ru/share.ts";
import { trueSize } from "./ru/trueSize.ts";

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
