// Bodies are UTF-8, and are decoded by the letter. Where what cannot be read became a guess, two
// different passwords could be read as the same.

import { createMiddleware } from 'hono/factory'
import type { Wired } from './parts.ts'
import { Refused } from './problem.ts'

const charsetOf = (contentType: string) => /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1]

function isUtf8(bytes: ArrayBuffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** For calls with a body, after whoever calls was asked for a token. */
export const utf8Only = createMiddleware<Wired>(async (c, next) => {
  const charset = charsetOf(c.req.header('content-type') ?? '')
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new Refused({ code: 'bad_json', detail: 'The body must be sent in UTF-8.' })
  if (!isUtf8(await c.req.arrayBuffer()))
    throw new Refused({ code: 'bad_json', detail: 'The body is not valid UTF-8.' })
  await next()
})
