/**
 * The policy pack. `pulumi preview --policy-pack policy` checks the resources of a deployment before they exist. The
 * tests check the same program by the same rules, without a cloud.
 */
import { PolicyPack } from "@pulumi/policy";
import { ACCESS_RULES } from "./access-rules";
import { DATA_RULES } from "./data-rules";
import { OPERATION_RULES } from "./operation-rules";

new PolicyPack("marble", {
  enforcementLevel: "mandatory",
  policies: [...ACCESS_RULES, ...DATA_RULES, ...OPERATION_RULES],
});
