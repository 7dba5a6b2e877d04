// Addresses that try to reach another route: dots, slashes, escapes, repeated parameters, and unknown
// methods.

import fc from 'fast-check'
import * as hostileStrings from '../hostile-strings.ts'
import { pathOf } from '../http-call.ts'
import { markers } from '../leak-detector.ts'
import { operationAt } from '../published-contract.ts'
import { type Attack, anyone, encoded, fillPath, type Target, unknownId } from './attack.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']
const odd = ['PROPFIND', 'MKCOL', 'LOCK', 'PURGE', 'SEARCH', 'REPORT', 'SUBSCRIBE', 'MERGE']
const overriding: [string, string][] = [
  ['x-http-method-override', 'DELETE'],
  ['x-method-override', 'PATCH'],
  ['x-original-url', '/admin/room'],
  ['x-rewrite-url', '/admin/room'],
  ['x-forwarded-prefix', '/admin'],
]

const tricks: ((path: string) => string)[] = [
  (path) => `/${path}`,
  (path) => `//evil.example${path}`,
  (path) => `${path}/`,
  (path) => `${path}//`,
  (path) => path.replaceAll('/', '//'),
  (path) => `/.${path}`,
  (path) => `/x/..${path}`,
  (path) => `/x/%2e%2e${path}`,
  (path) => `/x/..%2f${path.slice(1)}`,
  (path) => `/%2e%2e/%2e%2e${path}`,
  (path) => `/..%5c${path.slice(1)}`,
  (path) => `/${'../'.repeat(50)}etc/passwd`.slice(0, 400) + path,
  (path) => path.replace('/', '/%00'),
  (path) => `${path}%00`,
  (path) => `${path}%00.json`,
  (path) => `${path};jsessionid=1`,
  (path) => `${path}.json`,
  (path) => path.replace(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/[a-z]/g, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
  (path) => path.toUpperCase(),
  (path) => `${path}%ff%fe`,
  (path) => `${path}%c0%af`,
  (path) => `${path}%zz%`,
  (path) => `${path}%0d%0aset-cookie:%20x=1`,
  (path) => `${path}/${markers.attack}${'a'.repeat(6_000)}`,
  (path) => `${path}?${'a=1&'.repeat(1_500)}`,
  (path) => `${path}#fragment`,
  (path) => `http://evil.example${path}`,
  (path) => `${path}/../../admin/room`,
]

export function addressAttacks(target: Target): fc.Arbitrary<Attack> {
  return fc.oneof(pathTricks(target), methodTricks(target), queryTricks(target), unknown(target))
}

function templates({ contract }: Target): fc.Arbitrary<string> {
  return fc.constantFrom(...contract.operations.map(({ path }) => fillPath(path, unknownId)))
}

function attackAt(
  target: Target,
  kind: string,
  call: { method: string; path: string; headers?: [string, string][]; as?: number | null },
): Attack {
  const { method, path, headers = [], as = null } = call
  return {
    kind,
    as,
    call: { method, path, headers, body: null },
    expected: { operation: operationAt(target.contract, method, pathOf(path)) },
  }
}

/** Only reads, because an address that leads to a deletion would delete. */
function pathTricks(target: Target): fc.Arbitrary<Attack> {
  return fc
    .tuple(templates(target), fc.constantFrom(...tricks), fc.constantFrom('GET', 'GET', 'HEAD'))
    .map(([path, trick, method]) =>
      attackAt(target, 'address: path', { method, path: trick(path) }),
    )
}

function methodTricks(target: Target): fc.Arbitrary<Attack> {
  const known = new Set(target.contract.operations.map(({ method, path }) => `${method} ${path}`))
  return fc
    .tuple(
      fc.constantFrom(...target.contract.operations),
      fc.constantFrom(...methods, ...odd),
      fc.option(fc.constantFrom(...overriding)),
    )
    .filter(([{ path }, method]) => !known.has(`${method} ${path}`) || method === 'GET')
    .map(([{ path }, method, header]) =>
      attackAt(target, 'address: method', {
        method,
        path: fillPath(path, unknownId),
        headers: header ? [header] : [],
      }),
    )
}

function queryTricks(target: Target): fc.Arbitrary<Attack> {
  const names = [
    'limit',
    'cursor',
    'email',
    'username',
    'status',
    'restricted',
    '__proto__',
    'constructor',
    'token',
    'limit[]',
  ]
  const pair = fc
    .tuple(
      fc.constantFrom(...names),
      fc.constantFrom('1', '100', '101', '-1', ...hostileStrings.texts),
    )
    .map(([name, value]) => `${encoded(name)}=${encoded(value).slice(0, 500)}`)
  return fc
    .tuple(
      fc.constantFrom(
        '/messages',
        '/users/online',
        '/health',
        '/ready',
        '/auth/sessions',
        '/users',
        '/reports',
        '/audit',
        '/admin/users',
        '/admin/reports',
      ),
      fc.array(pair, { minLength: 1, maxLength: 6 }),
      anyone(target),
    )
    .map(([path, pairs, as]) =>
      attackAt(target, 'address: query', { method: 'GET', path: `${path}?${pairs.join('&')}`, as }),
    )
}

function unknown(target: Target): fc.Arbitrary<Attack> {
  const places = [
    ...['/.env', '/.git/config', '/admin', '/admin/', '/server-status', '/wp-login.php', '/debug'],
    ...[
      '/auth',
      '/auth/me/',
      '/messages/',
      '/ws',
      '/ws/',
      '/ws/chat/',
      '/room',
      '/actuator/health',
    ],
    ...['/docs/vendor/', '/docs/vendor/../../wrangler.toml', '/docs/swagger.js.map', '/_headers'],
    ...['/cdn-cgi/trace', '/__proto__', '/constructor', '/favicon.ico', '/robots.txt', '/*', '/%'],
  ]
  return fc
    .tuple(fc.constantFrom(...places), fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS'))
    .map(([path, method]) => attackAt(target, 'address: unknown', { method, path }))
}
