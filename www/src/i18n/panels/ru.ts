import features from "receptive:texts/ru";
import { diagram } from "../../features/diagram/ru.ts";
import { fixes } from "../../features/fixes/ru.ts";
import { inspector } from "../../features/inspector/ru.ts";
import { maps } from "../../features/maps/ru.ts";
import { runs } from "../../features/runs/ru.ts";
import { share } from "../../features/share/ru.ts";
import { trueSize } from "../../features/true-size/ru.ts";
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
