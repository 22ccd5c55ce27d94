/**
 * The code of a Markdown document: each command of a `sh` block with its continuation lines, and code within the text.
 */
export function commandsIn(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^ *```sh\n([^]*?)^ *```$/gm)].map(([, code = ""]) => code);
  const inline = markdown.replaceAll(/^ *```[^]*?^ *```$/gm, "").matchAll(/`([^`]+)`/g);
  return [
    ...blocks.flatMap((block) => block.replaceAll(/\s*\\\n\s*/g, " ").split("\n")),
    ...[...inline].map(([, code = ""]) => code.replaceAll(/\s+/g, " ")),
  ].filter((command) => command.trim() !== "" && !/^\s*#/.test(command));
}

/** Options that only the GNU tools have. The tools of macOS refuse them, or give them another meaning. */
const GNU_ONLY: readonly RegExp[] = [
  /\bdate\b[^|;]* (-d|--date)\b/,
  /\bsed\b[^|;]* (-i|--in-place)(?!\.|\s*'')/,
  /\breadlink -f\b/,
  /\bgrep -\w*P/,
  /\bxargs\b[^|;]* -r\b/,
  /\bstat -c\b/,
  /\bbase64 -w/,
  /\bsort -V\b/,
  /\bhead -(n -|c -)/,
  /\bdu -b\b/,
  /(^|[;&|(]\s*)timeout \d/,
];

/** Why a command of a document does not work as the reader expects; empty when it does. */
export function commandProblems(command: string): readonly string[] {
  const problems: string[] = [];
  if (/\baws lambda invoke\s+-/.test(command)) {
    if (!command.includes("--cli-read-timeout 0"))
      problems.push("the AWS CLI gives up after a minute: add --cli-read-timeout 0");
    if (!command.includes("AWS_MAX_ATTEMPTS=1"))
      problems.push("the AWS CLI invokes again what it gave up: set AWS_MAX_ATTEMPTS=1");
  }
  if (/\baws sqs receive-message\s+-/.test(command) && !command.includes("--wait-time-seconds"))
    problems.push("a short poll asks some servers of SQS only: add --wait-time-seconds 20");
  for (const form of GNU_ONLY) {
    const [found] = form.exec(command) ?? [];
    if (found !== undefined) problems.push(`only the tools of GNU know "${found.trim()}"`);
  }
  return problems;
}
