/** A resource that the program declared, in the state that AWS would have after `pulumi up`. */
export interface DeclaredResource {
  /** Pulumi's type token, `aws:s3/bucket:Bucket` */
  readonly type: string;
  /** the physical name; Pulumi's name for a resource without one */
  readonly name: string;
  /** the inputs of the program, with every reference to other resources resolved */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly id: string;
  /** empty if AWS has none, as for a bucket's policy */
  readonly arn: string;
}
