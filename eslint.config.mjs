import importX from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** The import direction of the architecture: a layer may import only the layers below it. */
const layers = ["domain", "adapters", "stages", "handlers", "infra", "local", "bench"];
const zones = layers.slice(0, -1).map((target, level) => ({
  target: `./${target}`,
  from: ["./index.ts", ...layers.slice(level + 1).map((layer) => `./${layer}`)],
}));

/** The stages never import one another: they meet in the commit log alone. */
const STAGES = ["ingest", "process", "load"];
for (const stage of STAGES) {
  const others = STAGES.filter((other) => other !== stage).map((other) => `./stages/${other}`);
  zones.push({ target: `./stages/${stage}`, from: [...others, "./stages/report.ts"] });
}
zones.push(
  { target: "./stages/shared", from: [...STAGES.map((stage) => `./stages/${stage}`), "./stages/report.ts"] },
  // The engine reaches the example by one import, domain/declarations.ts.
  ...[...layers.slice(1), "index.ts"].map((target) => ({ target: `./${target}`, from: "./domain/shop" })),
  {
    target: [
      "capture",
      "draft",
      "formats",
      "log",
      "marts",
      "model",
      "report",
      "state",
      "transform",
      "warehouse",
    ].map((folder) => `./domain/${folder}`),
    from: "./domain/shop",
  },
  // The tests of the engine use a separate model (tests/support/hires), so that a change of the shop breaks none.
  {
    target: ["domain", "adapters", "infra", "stages", "support"].map((folder) => `./tests/${folder}`),
    from: ["./domain/shop", "./domain/declarations.ts"],
  },
  // The stand-ins for AWS know nothing of Marble; the scheduler's expressions are those of EventBridge, not of Marble.
  {
    target: "./local/cloud",
    from: ["./domain", "./adapters", "./stages", "./handlers", "./infra", "./index.ts", "./local"],
    except: ["./cloud", "./formats/schedule"],
  },
);

/** Tests of the shop and of its report, and the pipeline, whose default model is the declared one. */
const TESTS_OF_THE_EXAMPLE = [
  "tests/domain/shop/**",
  "tests/domain/report/**",
  "tests/stages/report-first-load.test.ts",
  "tests/stages/report.test.ts",
  "tests/support/report/reporting.ts",
  "tests/support/pipeline/pipeline.ts",
];

const noAmbient = (message, ...groups) => ({
  "no-restricted-imports": ["error", { patterns: [{ group: groups, message }] }],
});

/** `z` by name brings all languages of its messages into every archive. */
const ZOD_BY_NAME = {
  selector: "ImportDeclaration[source.value='zod'] > ImportSpecifier",
  message: 'Write `import * as z from "zod"`: the named export takes all of zod along.',
};

/** Globals with I/O, a clock, randomness, or an environment. */
const IMPURE_GLOBALS = [
  "process",
  "Buffer",
  "console",
  "require",
  "global",
  "globalThis",
  "fetch",
  "performance",
  "crypto",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "__dirname",
  "__filename",
];

/** `new Date()` and `Date()` without an argument, `Date.now()`, `Math.random()`. */
const IMPURE_CALLS = [
  "NewExpression[callee.name='Date'][arguments.length=0]",
  "CallExpression[callee.name='Date']",
  "MemberExpression[object.name='Date'][property.name='now']",
  "MemberExpression[object.name='Math'][property.name='random']",
];

/** SQL in a text, and a query on a connection. The stages leave both to adapters, or take a statement from the domain. */
const STATEMENT =
  "/^\\n*(ALTER|COMMENT ON|COPY|CREATE|DELETE FROM|DROP|INSERT INTO|LOCK|SELECT|SET|TRUNCATE|UPDATE|WITH) /";
const SQL = [
  `Literal[value=${STATEMENT}]`,
  `TemplateElement[value.raw=${STATEMENT}]`,
  "MemberExpression[property.name='query']",
];

export default tseslint.config(
  { ignores: ["coverage/", "node_modules/", ".marble/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ["eslint.config.mjs", "register.cjs"] } },
    },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver-next": [importX.createNodeResolver({ extensions: [".ts", ".js"] })] },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": "error",
      "import-x/no-default-export": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-syntax": ["error", ZOD_BY_NAME],
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["index.ts", "infra/**/*.ts"],
    rules: noAmbient("The program declares; only local/ runs it.", "**/local/**", "**/adapters/**"),
  },
  {
    files: ["domain/**/*.ts"],
    rules: noAmbient(
      "The domain is pure: no I/O, no clock, no AWS, no pg.",
      "node:*",
      "pg",
      "pg-*",
      "@aws-sdk/*",
      "@aws-lambda-powertools/*",
      "@pulumi/*",
    ),
  },
  {
    files: ["domain/**/*.ts"],
    // The scripts of the report's page run in a browser.
    ignores: ["domain/report/browser/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...IMPURE_GLOBALS.map((name) => ({
          name,
          message: `The domain is pure: ${name} belongs to an adapter.`,
        })),
      ],
      "no-restricted-syntax": [
        "error",
        ZOD_BY_NAME,
        ...IMPURE_CALLS.map((selector) => ({
          selector,
          message: "The domain is pure: take the time, or the random number, as a parameter.",
        })),
      ],
    },
  },
  {
    files: ["handlers/**/*.ts", "stages/**/*.ts", "adapters/**/*.ts"],
    rules: noAmbient("Lambdas never carry the program that declares them.", "@pulumi/*"),
  },
  {
    files: ["stages/**/*.ts"],
    rules: {
      ...noAmbient(
        "Only adapters do I/O, and Lambdas never carry the program that declares them.",
        "@pulumi/*",
        "pg",
        "pg-*",
        "@aws-sdk/*",
        "node:fs",
        "node:fs/*",
        "node:http",
        "node:https",
        "node:net",
        "**/adapters/postgres/**",
      ),
      "no-restricted-syntax": [
        "error",
        ZOD_BY_NAME,
        ...SQL.map((selector) => ({
          selector,
          message: "Only adapters do I/O: write the statement in an adapter, or in domain/warehouse.",
        })),
      ],
    },
  },
  {
    files: ["tests/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-expressions": "off",
    },
  },
  {
    files: TESTS_OF_THE_EXAMPLE,
    rules: { "import-x/no-restricted-paths": "off" },
  },
  {
    files: ["**/*.mjs", "**/*.cjs"],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      "import-x/no-default-export": "off",
      "@typescript-eslint/no-require-imports": "off",
    },
  },
);
