// Access tokens: JWTs for one environment, signed with HS256. The time is passed in.

import { decodeJwt, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { Id } from '../contract/values.ts'
import type { Environment } from '../domain/environment.ts'
import { type Caller, clockSetBackMs, clockToleranceMs, type Verified } from '../domain/session.ts'
import { legacyAudience, legacyTokensUntil } from './legacy-tokens.ts'

const algorithm = 'HS256'
const type = 'JWT'
const issuer = 'edge-chat'

const Claims = z.object({
  sub: Id,
  username: z.string().min(1),
  sid: Id,
  iat: z.int(),
  exp: z.int(),
})

export type TokenRules = {
  /** Tokens of another environment are refused, even with the same secret. */
  environment: Environment
  /** At least 32 bytes. */
  secret: string
  /** Still verifies, never signs. */
  previousSecret?: string | undefined
  ttlSeconds: number
}

export type IssuedToken = {
  access_token: string
  /** Seconds. */
  expires_in: number
}

export type Tokens = {
  /** @param now in milliseconds */
  issue(caller: Caller, now: number): Promise<IssuedToken>
  /** @param now in milliseconds */
  verify(token: string, now: number): Promise<Verified>
}

const hmac = { name: 'HMAC', hash: 'SHA-256' }

function importSecret(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret)
  return crypto.subtle.importKey('raw', bytes, hmac, false, ['sign', 'verify'])
}

function joseCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^ERR_J/.test(code) ? code : undefined
}

function isLegacy(token: string): boolean {
  try {
    return decodeJwt(token).aud === legacyAudience
  } catch {
    return false
  }
}

async function verifyWith(key: CryptoKey, token: string, audience: string, now: number) {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      typ: type,
      issuer,
      audience,
      requiredClaims: ['sub', 'iat', 'exp'],
      currentDate: new Date(now),
      clockTolerance: clockToleranceMs / 1000,
    })
    return payload
  } catch (error) {
    const code = joseCode(error)
    if (code === undefined) throw error
    return code
  }
}

/** Imports the keys on first use, and once. */
export function createTokens(rules: TokenRules): Tokens {
  const { environment, secret, previousSecret, ttlSeconds } = rules
  const ownAudience = `edge-chat:${environment}`
  // Caches the keys, not their promise: in a Worker, one request cannot wait for a promise of
  // another.
  let imported: [CryptoKey, ...CryptoKey[]] | undefined

  async function keys() {
    imported ??= [
      await importSecret(secret),
      ...(previousSecret === undefined ? [] : [await importSecret(previousSecret)]),
    ]
    return imported
  }

  return {
    async issue({ member: { id, username }, sessionId }, now) {
      const [key] = await keys()
      const issuedAt = Math.floor(now / 1000)
      const access_token = await new SignJWT({ username, sid: sessionId })
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setIssuer(issuer)
        // The second audience keeps the token valid for a release without environments: after a
        // roll-back, and in a room that still runs the previous release after a deploy.
        .setAudience([ownAudience, legacyAudience])
        .setSubject(id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds)
        .sign(key)
      return { access_token, expires_in: ttlSeconds }
    },

    async verify(token, now) {
      const audience = now < legacyTokensUntil && isLegacy(token) ? legacyAudience : ownAudience
      let found: Awaited<ReturnType<typeof verifyWith>> = 'ERR_JWT_INVALID'
      for (const key of await keys()) {
        found = await verifyWith(key, token, audience, now)
        if (found !== 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') break
      }
      if (found === 'ERR_JWT_EXPIRED') return { ok: false, code: 'token_expired' }
      const claims = Claims.safeParse(found).data
      const latestMs = now + clockSetBackMs + clockToleranceMs
      if (!claims || claims.iat * 1000 > latestMs) return { ok: false, code: 'unauthenticated' }
      const { sub: id, username, sid: sessionId, iat, exp } = claims
      // ACCESS_TOKEN_TTL may have been lowered since, and the room stores revocations no longer
      // than it.
      const expiresAt = Math.min(exp, iat + ttlSeconds) * 1000
      if (expiresAt + clockToleranceMs <= now) return { ok: false, code: 'token_expired' }
      return { ok: true, member: { id, username }, sessionId, issuedAt: iat, expiresAt }
    },
  }
}
