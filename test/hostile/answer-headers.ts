// The headers of one answer: what each must say to a browser, what none may tell, who may read it
// across origins, and what a cookie must be.

import { type Answer, type Call, header, pages, pathOf } from './call.ts'

const telling = ['server', 'x-powered-by', 'x-aspnet-version', 'x-runtime', 'via']
const demanded: [string, RegExp][] = [
  ['x-content-type-options', /^nosniff$/],
  ['referrer-policy', /^no-referrer$/],
  ['content-security-policy', /frame-ancestors 'none'/],
  ['permissions-policy', /./],
]
/**
 * A local service names its port in it. Over plain HTTP, as here, it has no prefix and is not Secure: a
 * browser would not take it.
 */
const cookieForm = /^refresh-\d+=/

export function judgeHeaders({ method, path, headers }: Call, answer: Answer): string[] {
  const sent = (name: string) => header(answer, name)
  const missing = demanded.filter(([name, looks]) => !looks.test(sent(name) ?? ''))
  const cache = sent('cache-control')
  const isPage = pages.has(pathOf(path))
  const uncached = method === 'OPTIONS' || answer.status === 302 || isPage || cache === 'no-store'
  const origin = headers.find(([name]) => name.toLowerCase() === 'origin')?.[1]
  const granted = sent('access-control-allow-origin')
  const credentials = sent('access-control-allow-credentials')
  return [
    ...missing.map(([name]) => `the header ${name} is missing or weak`),
    ...telling.filter((name) => sent(name) !== null).map((name) => `it sends ${name}`),
    ...(uncached ? [] : [`it may be cached: ${cache}`]),
    ...(granted === null || (granted === origin && isAllowed(origin))
      ? []
      : [`CORS lets in ${origin}`]),
    ...(credentials === null || (granted !== null && origin !== 'null')
      ? []
      : ['CORS shares cookies']),
    ...(answer.headers.get('set-cookie') ?? []).flatMap(judgeCookie),
  ]
}

function judgeCookie(cookie: string): string[] {
  const [name = '', ...attributes] = cookie.split(/;\s*/)
  const has = (attribute: RegExp) => attributes.some((given) => attribute.test(given))
  return [
    ...(cookieForm.test(name) ? [] : ['there is a cookie that nobody asked for']),
    ...(has(/^httponly$/i) ? [] : ['a script can read the cookie']),
    ...(has(/^samesite=strict$/i) ? [] : ['the cookie is sent across sites']),
    ...(has(/^path=\/$/i) ? [] : ['the cookie has another path']),
    ...(has(/^domain=/i) ? ['the cookie names a domain'] : []),
  ]
}

/** What a service on this machine may let in. */
function isAllowed(origin: string | undefined): boolean {
  return (
    origin === 'null' || /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin ?? '')
  )
}
