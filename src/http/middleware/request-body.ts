// Limits the size of bodies and requires strict UTF-8. With lenient decoding, two different
// passwords could be read as the same one.

import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { limits } from '../../contract/values.ts'
import type { AppEnv } from '../app-env.ts'
import { ProblemError } from '../problem-error.ts'

const charsetOf = (contentType: string) => /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(contentType)?.[1]

function isUtf8(bytes: ArrayBuffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** A client that disconnects in the middle of its body is not an error of the service. */
async function orBrokenOff<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new ProblemError({ code: 'bad_json', detail: 'The body broke off.' })
  }
}

const limit = bodyLimit({
  maxSize: limits.bodyMax,
  onError: () => {
    throw new ProblemError({ code: 'too_large' })
  },
})

/**
 * Hono reads a body without Content-Length here, so errors of that reading are handled here too.
 */
export const bodyLimiter = createMiddleware<AppEnv>((c, next) => orBrokenOff(limit(c, next)))

/** For routes with a body, after the access token was checked. */
export const requireUtf8 = createMiddleware<AppEnv>(async (c, next) => {
  const charset = charsetOf(c.req.header('content-type') ?? '')
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw new ProblemError({ code: 'bad_json', detail: 'The body must be sent in UTF-8.' })
  if (!isUtf8(await orBrokenOff(c.req.arrayBuffer())))
    throw new ProblemError({ code: 'bad_json', detail: 'The body is not valid UTF-8.' })
  await next()
})
