import { defineFeature } from "../../page/feature.ts";
import { actions } from "./actions.ts";

/** Beside an error: whole networks that are right, one click each (`<error-fixes>`). */
export default defineFeature({ name: "fixes", actions });
