// Checks the headers of one answer: security headers, caching, CORS, cookies, and headers that give
// away what the server is.

import { type Answer, type Call, header, pages, pathOf } from './http-call.ts'

const revealingHeaders = ['server', 'x-powered-by', 'x-aspnet-version', 'x-runtime', 'via']
const requiredHeaders: [string, RegExp][] = [
  ['x-content-type-options', /^nosniff$/],
  ['referrer-policy', /^no-referrer$/],
  ['content-security-policy', /frame-ancestors 'none'/],
  ['permissions-policy', /./],
]
/** A local service uses plain HTTP, so its cookie has a port in its name and no `__Host-` prefix. */
const cookieForm = /^refresh-\d+=/

export function checkHeaders({ method, path, headers }: Call, answer: Answer): string[] {
  const sent = (name: string) => header(answer, name)
  const missing = requiredHeaders.filter(([name, looks]) => !looks.test(sent(name) ?? ''))
  const cache = sent('cache-control')
  const isPage = pages.has(pathOf(path))
  const uncached = method === 'OPTIONS' || answer.status === 302 || isPage || cache === 'no-store'
  const origin = headers.find(([name]) => name.toLowerCase() === 'origin')?.[1]
  const granted = sent('access-control-allow-origin')
  const credentials = sent('access-control-allow-credentials')
  return [
    ...missing.map(([name]) => `the header ${name} is missing or weak`),
    ...revealingHeaders.filter((name) => sent(name) !== null).map((name) => `it sends ${name}`),
    ...(uncached ? [] : [`it may be cached: ${cache}`]),
    ...(granted === null || (granted === origin && isAllowed(origin))
      ? []
      : [`CORS allows ${origin}`]),
    ...(credentials === null || (granted !== null && origin !== 'null')
      ? []
      : ['CORS shares cookies']),
    ...(answer.headers.get('set-cookie') ?? []).flatMap(checkCookie),
  ]
}

function checkCookie(cookie: string): string[] {
  const [name = '', ...attributes] = cookie.split(/;\s*/)
  const has = (attribute: RegExp) => attributes.some((given) => attribute.test(given))
  return [
    ...(cookieForm.test(name) ? [] : ['there is an unknown cookie']),
    ...(has(/^httponly$/i) ? [] : ['a script can read the cookie']),
    ...(has(/^samesite=strict$/i) ? [] : ['the cookie is sent across sites']),
    ...(has(/^path=\/$/i) ? [] : ['the cookie has another path']),
    ...(has(/^domain=/i) ? ['the cookie names a domain'] : []),
  ]
}

/** The origins that a service on this machine may allow. */
function isAllowed(origin: string | undefined): boolean {
  return (
    origin === 'null' || /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin ?? '')
  )
}
