import type { StageName } from "../cloud";

/** The actions that a page may request. */
export type ActionRequest =
  | { readonly action: "run"; readonly stages: readonly StageName[] }
  | { readonly action: "replay"; readonly tables: readonly string[]; readonly from?: number | undefined }
  | { readonly action: "abandon-replay" }
  | { readonly action: "reprocess" }
  | { readonly action: "release"; readonly tables: readonly string[] }
  | { readonly action: "trade" }
  | { readonly action: "poison" }
  | { readonly action: "repair" }
  | { readonly action: "stop-source" }
  | { readonly action: "start-source" };
