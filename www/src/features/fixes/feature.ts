import { defineFeature } from "../../page/feature.ts";

/** Beside an error: whole networks that are right, one click each (`<error-fixes>`). */
export default defineFeature({ name: "fixes" });
