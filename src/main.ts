#!/usr/bin/env node
/**
 * Where the program starts: Node's version first of all, then the command line, then an exit code. The only
 * process.exit.
 */

const NEEDED = [24, 12] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  const command = "npm install --global node@24";
  process.stderr.write(
    `svcdeploy needs Node ${NEEDED.join(".")} or later and this is ${process.versions.node}: ` +
      `run \`${command}\` and try again.\n`,
  );
  process.exit(1);
}

// The one answer that needs none of the libraries.
if (process.argv.length === 3 && process.argv[2] === "--version") {
  const { default: manifest } = await import("../package.json", { with: { type: "json" } });
  process.stdout.write(`${manifest.version}\n`);
  process.exit(0);
}

const { enableCompileCache } = await import("node:module");
enableCompileCache();

// What a shell asks at each Tab is answered without the command line's parser.
if (process.argv[2] === "__complete") {
  const { completeLine } = await import("./cli/complete/complete-line.ts");
  const answer = await completeLine(process.argv.slice(3));
  await new Promise((written) => process.stdout.write(answer, written));
  process.exit(0);
}

const { runCli } = await import("./cli/cli.ts");
process.exit(await runCli(process));
