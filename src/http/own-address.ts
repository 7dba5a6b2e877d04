// Under which addresses the service answers: out there by TLS alone, on this machine by this machine's
// own names. A page whose name was made to point here would else pass for the service itself.

import { createMiddleware } from 'hono/factory'
import type { Config } from '../config.ts'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

/** As the URL standard spells them. */
const thisMachine = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/

const plain = {
  code: 'origin_not_allowed',
  detail: 'This server is called over https only.',
} as const

const foreign = {
  code: 'origin_not_allowed',
  detail: 'Run locally, this server answers to localhost, 127.0.0.1 and names of ALLOWED_ORIGINS.',
} as const

function isLocal({ hostname, origin }: URL, { ALLOWED_ORIGINS }: Config): boolean {
  return thisMachine.test(hostname) || ALLOWED_ORIGINS.includes(origin)
}

export const ownAddressOnly = createMiddleware<Wired>(async (c, next) => {
  const { config } = c.env
  const url = new URL(c.req.url)
  if (config.ENVIRONMENT === 'local') {
    if (!isLocal(url, config)) throw new Refused(foreign)
  } else if (url.protocol === 'http:') {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') throw new Refused(plain)
    url.protocol = 'https:'
    return c.redirect(url.href, 308)
  }
  await next()
})
