import fc from 'fast-check'
import { base64url, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { createTokens } from '../../src/crypto/token.ts'
import { clockSetBackMs, clockToleranceMs, type Verified } from '../../src/domain/session.ts'

const secret = 'a secret of at least thirty-two bytes'
const other = 'another secret of thirty-two bytes, or so'
const ada = { id: '019a9d5e-2c1b-7a40-8f00-6b1f6f0e9a11', username: 'Zoë Ω' }
const sessionId = '5a1f8f3e-0b6d-4c57-9f0c-8d3f7f6f2b10'
const caller = { member: ada, sessionId }
const ttlSeconds = 3_600
const noon = Date.UTC(2026, 10, 23, 12)
const noonSeconds = noon / 1000
/** The steps by which a clock is set, in milliseconds. */
const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * 1_000, seconds * 1_000])

const environment = 'production'
const tokens = createTokens({ environment, secret, ttlSeconds })
const refused: Verified = { ok: false, code: 'unauthenticated' }
const expired: Verified = { ok: false, code: 'token_expired' }

const bytes = (text: string) => new TextEncoder().encode(text)

const claims = {
  ...{
    iss: 'edge-chat',
    aud: 'edge-chat:production',
    sub: ada.id,
    username: ada.username,
    sid: sessionId,
  },
  ...{ iat: noonSeconds, exp: noonSeconds + ttlSeconds },
}

function sign(payload: Record<string, unknown>, header: { alg: string; typ?: string }) {
  return new SignJWT(payload).setProtectedHeader(header).sign(bytes(secret))
}

const forge = (change: Record<string, unknown>) =>
  sign({ ...claims, ...change }, { alg: 'HS256', typ: 'JWT' })

const without = (claim: keyof typeof claims) => forge({ [claim]: undefined })

async function issued(now = noon): Promise<string> {
  return (await tokens.issue(caller, now)).access_token
}

describe('a token', () => {
  test('says who its bearer is, and until when', async () => {
    const { access_token, expires_in } = await tokens.issue(caller, noon + 999)
    expect(expires_in).toBe(ttlSeconds)
    expect(await tokens.verify(access_token, noon + 1_000)).toEqual({
      ok: true,
      ...caller,
      expiresAt: noon + ttlSeconds * 1000,
    })
  })

  test('is one that this file could have forged, knowing the secret', async () => {
    expect(await tokens.verify(await forge({}), noon)).toMatchObject({ ok: true, member: ada })
  })

  test('holds for the minute after its end by which clocks may differ, and no longer', async () => {
    const token = await issued()
    const end = noon + ttlSeconds * 1000
    expect(await tokens.verify(token, end + clockToleranceMs - 1)).toMatchObject({ ok: true })
    expect(await tokens.verify(token, end + clockToleranceMs)).toEqual(expired)
    expect(await tokens.verify(token, end + clockToleranceMs + 1_000)).toEqual(expired)
  })

  test.each(steps)('holds where the clock is set by %i ms before its end', async (step) => {
    const token = await issued()
    const later = noon + ttlSeconds * 1000 - Math.max(step, 0)
    for (const now of [noon + step, later + step]) {
      const found = await tokens.verify(token, now)
      expect(found).toMatchObject({ ok: true, expiresAt: noon + ttlSeconds * 1000 })
    }
  })

  test('of a clock that was further ahead than any is set back is refused', async () => {
    const ahead = noon + clockSetBackMs + clockToleranceMs
    expect(await tokens.verify(await issued(ahead), noon)).toMatchObject({ ok: true })
    expect(await tokens.verify(await issued(ahead + 1_000), noon)).toEqual(refused)
  })

  test('of a longer life ends when one that is issued today would', async () => {
    const token = await issued()
    const today = createTokens({ secret, environment, ttlSeconds: 600 })
    const end = noon + 600_000
    expect(await today.verify(token, end)).toMatchObject({ ok: true, expiresAt: end })
    expect(await today.verify(token, end + clockToleranceMs)).toEqual(expired)
  })

  test.each(steps)(
    'that is issued after the clock was set by %i ms lives as long',
    async (step) => {
      const end = noon + step + ttlSeconds * 1000
      expect(await tokens.verify(await issued(noon + step), noon + step)).toMatchObject({
        ok: true,
        expiresAt: end,
      })
      expect(await tokens.verify(await issued(noon + step), end + clockToleranceMs)).toEqual(
        expired,
      )
    },
  )
})

describe('a secret that was changed', () => {
  const renewed = createTokens({ environment, secret: other, previousSecret: secret, ttlSeconds })

  test('still verifies what it signed', async () => {
    expect(await renewed.verify(await issued(), noon)).toMatchObject({ ok: true, member: ada })
    const over = noon + ttlSeconds * 1000 + clockToleranceMs
    expect(await renewed.verify(await issued(), over)).toEqual(expired)
  })

  test('signs nothing any more', async () => {
    const { access_token } = await renewed.issue(caller, noon)
    expect(await renewed.verify(access_token, noon)).toMatchObject({ ok: true })
    expect(await tokens.verify(access_token, noon)).toEqual(refused)
  })

  test('verifies nothing once it is forgotten', async () => {
    const forgetful = createTokens({ environment, secret: other, ttlSeconds })
    expect(await forgetful.verify(await issued(), noon)).toEqual(refused)
  })
})

describe('refused is', () => {
  test.each([
    ['another issuer', forge({ iss: 'elsewhere' })],
    ['another audience', forge({ aud: 'elsewhere' })],
    ['another environment', forge({ aud: ['edge-chat:staging', 'edge-chat'] })],
    ['another environment alone', forge({ aud: 'edge-chat:staging' })],
    ['a list that names no environment', forge({ aud: ['edge-chat'] })],
    ['no issuer', without('iss')],
    ['no audience', without('aud')],
    ['no expiry', without('exp')],
    ['no time of issue', without('iat')],
    ['no subject', without('sub')],
    ['no username', without('username')],
    ['no session', without('sid')],
    ['a subject that is no id', forge({ sub: 'ada' })],
    ['a username that is no text', forge({ username: 7 })],
    ['an expiry that is no number', forge({ exp: '9999999999' })],
    ['an expired token for another audience', forge({ aud: 'elsewhere', exp: noonSeconds - 1 })],
    [
      'an expired token of another environment',
      forge({ aud: ['edge-chat:staging', 'edge-chat'], exp: noonSeconds - 1 }),
    ],
    ['HS512 with the same secret', sign(claims, { alg: 'HS512', typ: 'JWT' })],
    ['another type', sign(claims, { alg: 'HS256', typ: 'at+jwt' })],
    ['no type', sign(claims, { alg: 'HS256' })],
    ['no signature at all', Promise.resolve(new UnsecuredJWT(claims).encode())],
  ])('%s', async (_name, token) => {
    expect(await tokens.verify(await token, noon)).toEqual(refused)
  })

  test('a signature of another kind of key', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    const header = { alg: 'RS256', typ: 'JWT' }
    const token = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
    expect(await tokens.verify(token, noon)).toEqual(refused)
  })

  test.each(['none', 'None', 'RS256', 'HS384', 'ES256'])(
    'a header rewritten to %s',
    async (alg) => {
      const [, payload, signature] = (await issued()).split('.')
      const header = base64url.encode(JSON.stringify({ alg, typ: 'JWT' }))
      expect(await tokens.verify(`${header}.${payload}.${signature}`, noon)).toEqual(refused)
      expect(await tokens.verify(`${header}.${payload}.`, noon)).toEqual(refused)
    },
  )

  test('a payload rewritten', async () => {
    const [header, , signature] = (await issued()).split('.')
    const payload = base64url.encode(JSON.stringify({ ...claims, username: 'Bob' }))
    expect(await tokens.verify(`${header}.${payload}.${signature}`, noon)).toEqual(refused)
  })

  test('any text that is no token', async () => {
    const part = fc.oneof(fc.string(), fc.base64String(), fc.constant('{"alg":"HS256"}'))
    const parts = fc.array(part, { maxLength: 5 }).map((texts) => texts.join('.'))
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.string(), fc.string({ unit: 'binary' }), parts),
        async (text) => {
          expect(await tokens.verify(text, noon)).toEqual(refused)
        },
      ),
    )
  })

  test('a token with any one character changed', async () => {
    const token = await issued()
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = token.length - 1
    const anyLetter = fc.integer({ min: 0, max: letters.length - 1 })
    await fc.assert(
      // The last character is left out: its lowest bits are padding, which decoding ignores.
      fc.asyncProperty(fc.nat(last - 1), anyLetter, async (at, letter) => {
        const changed = `${token.slice(0, at)}${letters[letter]}${token.slice(at + 1)}`
        fc.pre(changed !== token)
        expect((await tokens.verify(changed, noon)).ok).toBe(false)
      }),
    )
  })
})
