// Runs the built program: its commands to their end, and what serves on a port until it is stopped.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

function program() {
  const binary = process.env.PORTCULLIS_BIN;
  if (!binary) {
    throw new Error('PORTCULLIS_BIN is not set: run `cargo xtask test --only e2e`, or set it to the built program');
  }
  return binary;
}

/**
 * Starts `portcullis demo` and waits until it says where it listens.
 *
 * @param {string[]} [args] more arguments for `demo`
 */
export function startPortcullis(args = []) {
  return start(['demo', '--port', '0', '--no-open', ...args]);
}

/**
 * Runs a command to its end.
 *
 * @param {string[]} args
 * @param {string} folder where it runs: the data and the configuration are looked for there
 * @returns {Promise<string>} what it printed
 */
export async function portcullis(args, folder) {
  const { stdout } = await promisify(execFile)(program(), args, { cwd: folder });
  return stdout;
}

/** A port of this machine on which nothing listens. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a command that serves and waits until it says where it listens.
 *
 * The program prints one line `listening on http://127.0.0.1:PORT` on standard output.
 * `PORTCULLIS_BIN` names it; `cargo xtask test --only e2e` builds it and sets that.
 *
 * @param {string[]} args
 * @param {string} [folder] where it runs
 * @returns {Promise<{ url: string, log: () => string, stop: () => Promise<void> }>}
 */
export async function start(args, folder) {
  const binary = program();
  const child = spawn(binary, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  // If the tests crash, the program must not outlive them.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  const said = [];
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`ended with ${signal ?? `status ${code}`}`));
  });
  const listening = new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        const url = /^listening on (http:\/\/\S+)/.exec(line)?.[1];
        if (url && stream === child.stdout) resolve(url);
      });
    }
  });
  const log = () => said.join('\n');

  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${binary} does not listen after ${START_TIMEOUT_MS} ms:\n${log()}`)), START_TIMEOUT_MS);
  });
  const failed = ended.then((how) => {
    throw new Error(`${binary} ${args[0]} ${how} before it listened:\n${log()}`);
  });
  failed.catch(() => {}); // it may end later, when nobody waits any more

  let url;
  try {
    url = await Promise.race([listening, failed, timeout]);
  } catch (error) {
    kill();
    throw error;
  } finally {
    clearTimeout(timer);
  }

  async function stop() {
    process.removeListener('exit', kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const slow = setTimeout(kill, STOP_TIMEOUT_MS);
    await exit;
    clearTimeout(slow);
  }

  return { url: url.replace(/\/$/, ''), log, stop };
}
