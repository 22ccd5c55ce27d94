import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lockDirectory } from "../../local/directory-lock";

describe("The lock of a lake", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), "marble-")), "lake");
    file = join(directory, "lock");
  });
  afterEach(() => rmSync(join(directory, ".."), { recursive: true }));

  /** Leaves the lock of a process behind, as a killed process does. */
  const leaveLock = (pid: number): void => {
    lockDirectory(directory)();
    writeFileSync(file, String(pid));
  };

  it("creates the directory, names its process and is released", () => {
    const unlock = lockDirectory(directory);
    expect(readFileSync(file, "utf8")).to.equal(String(process.pid));
    unlock();
    expect(existsSync(file)).to.equal(false);
    lockDirectory(directory)();
  });

  it("is refused while this process holds it", () => {
    const unlock = lockDirectory(directory);
    expect(() => lockDirectory(directory)).to.throw(
      `in use by the process ${process.pid}: stop it, or choose`,
    );
    unlock();
  });

  it("is refused while another process holds it, and that lock stays", () => {
    leaveLock(process.ppid);
    expect(() => lockDirectory(directory)).to.throw(`in use by the process ${process.ppid}`);
    expect(readFileSync(file, "utf8")).to.equal(String(process.ppid));
  });

  it("is taken over from a dead process", () => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    leaveLock(pid);
    const unlock = lockDirectory(directory);
    expect(readFileSync(file, "utf8")).to.equal(String(process.pid));
    unlock();
  });

  it("is taken over from an earlier process with the same id, as in containers", () => {
    leaveLock(process.pid);
    lockDirectory(directory)();
    expect(existsSync(file)).to.equal(false);
  });

  it("is taken over when a crash left it empty", () => {
    leaveLock(0);
    writeFileSync(file, "");
    lockDirectory(directory)();
  });

  it("keeps the next holder's lock when it is released twice", () => {
    const unlock = lockDirectory(directory);
    unlock();
    const unlockNext = lockDirectory(directory);
    unlockNext();
    leaveLock(process.ppid);
    unlock();
    expect(existsSync(file)).to.equal(true);
  });
});
