import { createRequire } from "node:module";

interface Arborist {
  readonly path: string;
  loadActual(): Promise<unknown>;
}

const requireOfPulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const { Arborist } = requireOfPulumi("@npmcli/arborist") as { Arborist: { prototype: Arborist } };

/**
 * Makes Pulumi read the tree of `node_modules` once in a process. Pulumi reads it for each function that it serialises,
 * which takes longer than the rest of the program. The packages do not change in between.
 */
export function readPackageTreeOnce(): void {
  const trees = new Map<string, Promise<unknown>>();
  // eslint-disable-next-line @typescript-eslint/unbound-method -- is called with its own `this`
  const { loadActual } = Arborist.prototype;
  Arborist.prototype.loadActual = function (this: Arborist) {
    const tree = trees.get(this.path) ?? loadActual.call(this);
    trees.set(this.path, tree);
    return tree;
  };
}
