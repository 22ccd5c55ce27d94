/** A Lambda function, as its deployment package and its configuration declare it. */
export interface FunctionOptions {
  readonly name: string;
  /** The directory that holds the unpacked deployment package. */
  readonly directory: string;
  /** `file.export`, as in `__index.handler`; the file without its extension. */
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The time that the function sees; by default that of this machine. */
  readonly now?: () => Date;
  /** Receives each line that the function writes to its output or error stream. */
  readonly onLog?: (line: string) => void;
}
