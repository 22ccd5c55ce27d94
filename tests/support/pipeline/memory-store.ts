import type { ObjectStore } from "../../../adapters/lake/object-store";
import type { StateStore } from "../../../stages/process/state/table-state";

/** A bucket in memory, because properties make many thousands of requests. */
export function memoryStore(): StateStore & Pick<ObjectStore, "upload"> {
  const objects = new Map<string, Uint8Array>();
  const read = (key: string): Uint8Array => {
    const body = objects.get(key);
    if (body === undefined) throw new Error(`the bucket has no object ${key}`);
    return body;
  };
  return {
    get: (key) => Promise.resolve(new TextDecoder().decode(read(key))),
    range: (key, start, end) => Promise.resolve(read(key).slice(start, end).buffer),
    stream: () => Promise.reject(new Error("no stream is read")),
    putIfAbsent: (key, body) => {
      if (objects.has(key)) return Promise.resolve(false);
      objects.set(key, typeof body === "string" ? new TextEncoder().encode(body) : body.slice());
      return Promise.resolve(true);
    },
    upload: async (key, body) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of body) chunks.push(chunk);
      const whole = Buffer.concat(chunks);
      objects.set(key, whole);
      return whole.length;
    },
  };
}
