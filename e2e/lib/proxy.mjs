// What may stand before the program: a proxy that says who it lets through, by a header or by an assertion
// that it has signed, as Cloudflare Access does.

import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';

/**
 * Starts a proxy before a port of this machine.
 *
 * @param {number} port where the program listens
 * @param {() => Record<string, string>} adds the headers it adds to each request
 * @param {Record<string, string>} [own] what it answers itself, by path
 */
export async function startProxy(port, adds, own = {}) {
  const proxy = createServer((asked, answer) => {
    const { method, url: path } = asked;
    if (path in own) return answer.setHeader('content-type', 'application/json').end(own[path]);
    const headers = { ...asked.headers, ...adds() };
    const passed = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode, response.headers);
      response.pipe(answer);
    });
    return asked.pipe(passed);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://127.0.0.1:${proxy.address().port}`,
    async stop() {
      proxy.close();
      proxy.closeAllConnections();
      await once(proxy, 'close');
    },
  };
}

/**
 * Starts a look-alike of Cloudflare Access, which lets one person through.
 *
 * @param {number} port where the program listens
 * @param {{ team: string, audience: string, email: string }} who
 */
export async function startAccess(port, { team, audience, email }) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = 'edge-key';
  const encoded = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const assertion = () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: `https://${team}.cloudflareaccess.com`, aud: [audience], sub: 'edge-person', type: 'app', email };
    const times = { iat: now, nbf: now, exp: now + 300 };
    const signed = `${encoded({ alg: 'RS256', kid })}.${encoded({ ...claims, ...times })}`;
    return { 'cf-access-jwt-assertion': `${signed}.${sign('sha256', signed, privateKey).toString('base64url')}` };
  };
  const key = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
  const certs = '/cdn-cgi/access/certs';
  const proxy = await startProxy(port, assertion, { [certs]: JSON.stringify({ keys: [key] }) });
  return { ...proxy, certs: proxy.url + certs };
}
