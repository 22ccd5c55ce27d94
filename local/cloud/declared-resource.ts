/** A resource that the program declared, as AWS would have it after `pulumi up`. */
export interface DeclaredResource {
  /** Pulumi's type token, `aws:s3/bucket:Bucket` */
  readonly type: string;
  /** the physical name; for a resource without one, Pulumi's */
  readonly name: string;
  /** what the program gave it, with every reference to other resources resolved */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly id: string;
  /** empty where AWS has none, as for a bucket's policy */
  readonly arn: string;
}
