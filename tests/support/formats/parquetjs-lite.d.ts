declare module "parquetjs-lite" {
  export interface Cursor {
    next(): Promise<Record<string, unknown> | null>;
  }
  export const ParquetReader: {
    openBuffer(buffer: Buffer): Promise<{ getCursor(): Cursor; close(): Promise<void> }>;
  };
}
