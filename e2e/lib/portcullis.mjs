// Starts the built program with its sample company on a free port, and ends it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts `portcullis demo` and waits until it says where it listens.
 *
 * The program prints one line `listening on http://127.0.0.1:PORT` on standard output.
 * `PORTCULLIS_BIN` names it; `cargo xtask test --only e2e` builds it and sets that.
 *
 * @param {string[]} [args] more arguments for `demo`
 * @returns {Promise<{ url: string, log: () => string, stop: () => Promise<void> }>}
 */
export async function startPortcullis(args = []) {
  const binary = process.env.PORTCULLIS_BIN;
  if (!binary) {
    throw new Error('PORTCULLIS_BIN is not set: run `cargo xtask test --only e2e`, or set it to the built program');
  }
  const child = spawn(binary, ['demo', '--port', '0', '--no-open', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
    throw new Error(`${binary} demo ${how} before it listened:\n${log()}`);
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
