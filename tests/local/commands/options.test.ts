import { expect } from "chai";
import { HELP, parseOptions } from "../../../local/commands/options";

const DEFAULTS = {
  source: undefined,
  warehouse: undefined,
  sourceSchemas: ["public"],
  warehouseSchema: "public",
  martsSchema: undefined,
  mirrorSchema: undefined,
  lake: ".marble",
  mirror: undefined,
  once: false,
  json: false,
  help: false,
  console: undefined,
  noConsole: false,
  open: false,
  allowDeletes: [],
  allowOtherSource: false,
};

/** The options in the help, and whether they take a value. */
const described = [...HELP.matchAll(/^ {2}(?:-h, )?--([a-z-]+)( [A-Z]+)? {2,}/gm)].map(
  ([, name = "", value]) => ({
    name,
    takesValue: value !== undefined,
  }),
);

describe("The options of npm run local", () => {
  it("are all optional", () => {
    expect(parseOptions([])).to.deep.equal(DEFAULTS);
  });

  /** The values of `--source-schema`, which may be repeated, are in `sourceSchemas`. */
  const keyOf = (name: string): string =>
    `${name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}${name === "source-schema" ? "s" : ""}`;

  for (const { name, takesValue } of described) {
    it(`include --${name} as the help says`, () => {
      const key = keyOf(name);
      const isRepeated = name === "allow-deletes" || name === "source-schema";
      const value = name === "console" ? "8471" : "x";
      const args = takesValue ? [`--${name}`, value] : [`--${name}`];
      const needed = name === "json" ? { once: true } : {};
      expect(parseOptions([...args, ...(name === "json" ? ["--once"] : [])])).to.deep.equal({
        ...DEFAULTS,
        ...needed,
        [key]: !takesValue ? true : name === "console" ? 8471 : isRepeated ? ["x"] : "x",
      });
    });
  }

  it("are all in the help", () => {
    const names = described.map(({ name }) => keyOf(name));
    expect(names).to.have.members(Object.keys(DEFAULTS));
  });

  it("request the help together with any other option", () => {
    expect(parseOptions(["--json", "--help"])).to.include({ help: true });
  });

  const refused: readonly (readonly [what: string, args: readonly string[], message: string])[] = [
    ["an unknown option", ["--sauce"], "Unknown option '--sauce'; see --help"],
    [
      "an unknown option with a URL",
      ["--sorce=postgresql://a:hunter2@h/d"],
      "Unknown option '--sorce'; see --help",
    ],
    ["a URL without its option", ["postgresql://a:hunter2@h/d"], "an argument has no option before it"],
    ["an option without its value", ["--lake"], "Option '--lake <value>' argument missing; see --help"],
    [
      "an option instead of a value",
      ["--source", "--once"],
      "Option '--source' argument is ambiguous; see --help",
    ],
    ["an empty value", ["--lake", ""], "--lake needs a value"],
    [
      "a value for an option without a value",
      ["--once=yes"],
      "Option '--once' does not take an argument; see --help",
    ],
    ["--json without --once", ["--json"], "--json needs --once"],
    ["an invalid port", ["--console", "http"], "--console takes a port from 0 to 65535"],
    ["a port that is too high", ["--console", "65536"], "--console takes a port from 0 to 65535"],
    ["a console for a run that ends", ["--once", "--console", "0"], "do not go with --once"],
    ["a console that is opened but not started", ["--no-console", "--open"], "does not go with"],
  ];
  for (const [what, args, message] of refused) {
    it(`are refused in one line, without a secret: ${what}`, () => {
      expect(() => parseOptions(args))
        .to.throw(message)
        .with.property("message")
        .that.does.not.match(/hunter2|\n/);
    });
  }
});
